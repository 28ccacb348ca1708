namespace Simile.Caching;

/// <summary>An entry with its values in 16 bits.</summary>
/// <param name="halves">The values (D).</param>
/// <param name="rest">All but the values.</param>
internal sealed class HalvedEmbedding(Half[] halves, CachedEmbedding rest)
{
    /// <summary>Values (D).</summary>
    public int Length => halves.Length;

    /// <summary>The entry in the precision asked for, or as it is where it does not fit.</summary>
    public static object Pack(CachedEmbedding value, CachePrecision precision)
    {
        if (precision == CachePrecision.Float32 || !HalfVector.Fits(value.Vector.Span))
        {
            return value;
        }

        var halves = new Half[value.Vector.Length];
        HalfVector.Narrow(value.Vector.Span, halves);
        return new HalvedEmbedding(halves, value with { Vector = default, IsRounded = true });
    }

    public CachedEmbedding Unpack() => rest with { Vector = HalfVector.Widen(halves) };
}
