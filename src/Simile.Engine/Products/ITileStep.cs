namespace Simile.Engine.Products;

/// <summary>One step of a kernel on one vector of sums. <typeparamref name="TVector"/> holds the bits; what they mean is the precision's
/// business.</summary>
internal unsafe interface ITileStep<TVector>
    where TVector : struct
{
    /// <summary>Bytes of a vector.</summary>
    static abstract int Bytes { get; }

    static abstract TVector Load(byte* source);

    static abstract void Store(TVector value, byte* target);

    /// <summary>Four bytes of A in every lane.</summary>
    static abstract TVector Broadcast(byte* source);

    /// <summary>The sums with this step's products added.</summary>
    static abstract TVector Add(TVector sums, TVector a, TVector panel);
}
