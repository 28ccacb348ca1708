using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Simile.Engine.Products;

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
