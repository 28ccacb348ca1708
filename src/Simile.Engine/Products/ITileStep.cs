using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

/// <summary>fp32 in vectors of 128 bits.</summary>
internal readonly unsafe struct FloatStep128 : ITileStep<Vector128<uint>>
{
    public static int Bytes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Load(byte* source) => Vector128.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Broadcast(byte* source) => Vector128.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> sums, Vector128<uint> a, Vector128<uint> panel) =>
        Vector128.MultiplyAddEstimate(a.AsSingle(), panel.AsSingle(), sums.AsSingle()).AsUInt32();
}

/// <summary>Pairs of bfloat16 in vectors of 128 bits, as two multiply-adds of 32-bit floats: the upper value of a pair first, as the
/// instruction VDPBF16PS does, so that both give the same bits.</summary>
internal readonly unsafe struct BFloat16Step128 : ITileStep<Vector128<uint>>
{
    public static int Bytes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Load(byte* source) => Vector128.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Broadcast(byte* source) => Vector128.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> sums, Vector128<uint> a, Vector128<uint> panel)
    {
        var upper = Vector128.Create(0xFFFF0000u);
        var first = Vector128.MultiplyAddEstimate((a & upper).AsSingle(), (panel & upper).AsSingle(), sums.AsSingle());
        return Vector128.MultiplyAddEstimate((a << 16).AsSingle(), (panel << 16).AsSingle(), first).AsUInt32();
    }
}

/// <summary>Four signed bytes of A times four unsigned bytes of the panel in vectors of 128 bits, exact.</summary>
internal readonly unsafe struct Int8Step128 : ITileStep<Vector128<uint>>
{
    public static int Bytes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Load(byte* source) => Vector128.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Broadcast(byte* source) => Vector128.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> sums, Vector128<uint> a, Vector128<uint> panel)
    {
        if (Sse2.IsSupported)
        {
            var evens = Sse2.MultiplyAddAdjacent((panel & Vector128.Create(0x00FF00FFu)).AsInt16(), (a.AsInt16() << 8) >> 8);
            var odds = Sse2.MultiplyAddAdjacent((panel >>> 8 & Vector128.Create(0x00FF00FFu)).AsInt16(), a.AsInt16() >> 8);
            return (sums.AsInt32() + evens + odds).AsUInt32();
        }

        var total = sums.AsInt32();
        for (var shift = 0; shift < 32; shift += 8)
        {
            total += ((a << (24 - shift)).AsInt32() >> 24) * (panel >>> shift & Vector128.Create(0xFFu)).AsInt32();
        }

        return total.AsUInt32();
    }
}

/// <summary>fp32 in vectors of 256 bits.</summary>
internal readonly unsafe struct FloatStep256 : ITileStep<Vector256<uint>>
{
    public static int Bytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Load(byte* source) => Vector256.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(byte* source) => Vector256.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> a, Vector256<uint> panel) =>
        Vector256.MultiplyAddEstimate(a.AsSingle(), panel.AsSingle(), sums.AsSingle()).AsUInt32();
}

/// <summary>Pairs of bfloat16 in vectors of 256 bits, as two multiply-adds of 32-bit floats: the upper value of a pair first, as the
/// instruction VDPBF16PS does, so that both give the same bits.</summary>
internal readonly unsafe struct BFloat16Step256 : ITileStep<Vector256<uint>>
{
    public static int Bytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Load(byte* source) => Vector256.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(byte* source) => Vector256.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> a, Vector256<uint> panel)
    {
        var upper = Vector256.Create(0xFFFF0000u);
        var first = Vector256.MultiplyAddEstimate((a & upper).AsSingle(), (panel & upper).AsSingle(), sums.AsSingle());
        return Vector256.MultiplyAddEstimate((a << 16).AsSingle(), (panel << 16).AsSingle(), first).AsUInt32();
    }
}

/// <summary>Four signed bytes of A times four unsigned bytes of the panel in vectors of 256 bits, exact.</summary>
internal readonly unsafe struct Int8Step256 : ITileStep<Vector256<uint>>
{
    public static int Bytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Load(byte* source) => Vector256.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(byte* source) => Vector256.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> a, Vector256<uint> panel)
    {
        if (Avx2.IsSupported)
        {
            var evens = Avx2.MultiplyAddAdjacent((panel & Vector256.Create(0x00FF00FFu)).AsInt16(), (a.AsInt16() << 8) >> 8);
            var odds = Avx2.MultiplyAddAdjacent((panel >>> 8 & Vector256.Create(0x00FF00FFu)).AsInt16(), a.AsInt16() >> 8);
            return (sums.AsInt32() + evens + odds).AsUInt32();
        }

        var total = sums.AsInt32();
        for (var shift = 0; shift < 32; shift += 8)
        {
            total += ((a << (24 - shift)).AsInt32() >> 24) * (panel >>> shift & Vector256.Create(0xFFu)).AsInt32();
        }

        return total.AsUInt32();
    }
}

/// <summary>fp32 in vectors of 512 bits.</summary>
internal readonly unsafe struct FloatStep512 : ITileStep<Vector512<uint>>
{
    public static int Bytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Load(byte* source) => Vector512.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(byte* source) => Vector512.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> sums, Vector512<uint> a, Vector512<uint> panel) =>
        Vector512.MultiplyAddEstimate(a.AsSingle(), panel.AsSingle(), sums.AsSingle()).AsUInt32();
}

/// <summary>Pairs of bfloat16 in vectors of 512 bits, as two multiply-adds of 32-bit floats: the upper value of a pair first, as the
/// instruction VDPBF16PS does, so that both give the same bits.</summary>
internal readonly unsafe struct BFloat16Step512 : ITileStep<Vector512<uint>>
{
    public static int Bytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Load(byte* source) => Vector512.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(byte* source) => Vector512.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> sums, Vector512<uint> a, Vector512<uint> panel)
    {
        var upper = Vector512.Create(0xFFFF0000u);
        var first = Vector512.MultiplyAddEstimate((a & upper).AsSingle(), (panel & upper).AsSingle(), sums.AsSingle());
        return Vector512.MultiplyAddEstimate((a << 16).AsSingle(), (panel << 16).AsSingle(), first).AsUInt32();
    }
}

/// <summary>Four signed bytes of A times four unsigned bytes of the panel in vectors of 512 bits, exact.</summary>
internal readonly unsafe struct Int8Step512 : ITileStep<Vector512<uint>>
{
    public static int Bytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Load(byte* source) => Vector512.Load((uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<uint> value, byte* target) => value.Store((uint*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(byte* source) => Vector512.Create(*(uint*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> sums, Vector512<uint> a, Vector512<uint> panel)
    {
        if (Avx512BW.IsSupported)
        {
            var evens = Avx512BW.MultiplyAddAdjacent((panel & Vector512.Create(0x00FF00FFu)).AsInt16(), (a.AsInt16() << 8) >> 8);
            var odds = Avx512BW.MultiplyAddAdjacent((panel >>> 8 & Vector512.Create(0x00FF00FFu)).AsInt16(), a.AsInt16() >> 8);
            return (sums.AsInt32() + evens + odds).AsUInt32();
        }

        var total = sums.AsInt32();
        for (var shift = 0; shift < 32; shift += 8)
        {
            total += ((a << (24 - shift)).AsInt32() >> 24) * (panel >>> shift & Vector512.Create(0xFFu)).AsInt32();
        }

        return total.AsUInt32();
    }
}
