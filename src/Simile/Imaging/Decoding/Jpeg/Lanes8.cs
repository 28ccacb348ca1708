using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>8 × 8 values of 16 bits in eight vectors, and what the DCT does with them. The same on every processor; quicker where it has
/// the instructions.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Lanes8(
    Vector128<short> r0,
    Vector128<short> r1,
    Vector128<short> r2,
    Vector128<short> r3,
    Vector128<short> r4,
    Vector128<short> r5,
    Vector128<short> r6,
    Vector128<short> r7
)
{
    public Vector128<short> R0 = r0;
    public Vector128<short> R1 = r1;
    public Vector128<short> R2 = r2;
    public Vector128<short> R3 = r3;
    public Vector128<short> R4 = r4;
    public Vector128<short> R5 = r5;
    public Vector128<short> R6 = r6;
    public Vector128<short> R7 = r7;

    /// <summary>Neighbours of two vectors side by side: a0 b0 a1 b1 and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Pair(Vector128<short> a, Vector128<short> b) =>
        Sse2.IsSupported
            ? Vector256.Create(Sse2.UnpackLow(a, b), Sse2.UnpackHigh(a, b))
            : ((Widen(a) & Vector256.Create(0xFFFF)) | (Widen(b) << 16)).AsInt16();

    /// <summary>For each pair: first × a + second × b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Sum(Vector256<short> pairs, int a, int b)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((a & 0xFFFF) | (b << 16)).AsInt16());
        }

        Vector256<int> both = pairs.AsInt32();
        return ((both << 16 >> 16) * Vector256.Create(a)) + ((both >> 16) * Vector256.Create(b));
    }

    /// <summary>The values in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(Vector128<short> values) => Vector256.WidenLower(values.ToVector256Unsafe());

    /// <summary>The values in 16 bits, those beyond at their limits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Narrow(Vector256<int> values) => Vector128.NarrowWithSaturation(values.GetLower(), values.GetUpper());

    /// <summary>Turns rows into columns: three perfect shuffles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transpose()
    {
        Shuffle();
        Shuffle();
        Shuffle();
    }

    /// <summary>Stores the rows as samples: limited to −128 to 127, then raised by 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(Span<byte> samples, int stride)
    {
        StoreTwo(R0, R1, samples, stride);
        StoreTwo(R2, R3, samples[(2 * stride)..], stride);
        StoreTwo(R4, R5, samples[(4 * stride)..], stride);
        StoreTwo(R6, R7, samples[(6 * stride)..], stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Shuffle()
    {
        (Vector256<short> a, Vector256<short> b) = (Pair(R0, R4), Pair(R1, R5));
        (Vector256<short> c, Vector256<short> d) = (Pair(R2, R6), Pair(R3, R7));
        (R0, R1, R2, R3) = (a.GetLower(), a.GetUpper(), b.GetLower(), b.GetUpper());
        (R4, R5, R6, R7) = (c.GetLower(), c.GetUpper(), d.GetLower(), d.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwo(Vector128<short> first, Vector128<short> second, Span<byte> samples, int stride)
    {
        Vector128<ulong> bytes = (Vector128.NarrowWithSaturation(first, second).AsByte() ^ Vector128.Create((byte)0x80)).AsUInt64();
        MemoryMarshal.Write(samples, bytes[0]);
        MemoryMarshal.Write(samples[stride..], bytes[1]);
    }
}
