using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>The inverse DCT of 8 × 8 coefficients into samples: the method of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) in 13-bit
/// fixed point.</summary>
/// <remarks>
/// Rounds as libjpeg's accurate integer method does, and wraps and saturates at 16 bits as libjpeg-turbo's vector code does, which matters
/// for damaged files only. Each rotation is two sums of products of neighbouring 16-bit values.
/// </remarks>
internal static class InverseDct
{
    private const int Bits = 13;
    private const int KeptBits = 2;
    private const int Half0298 = 2446;
    private const int Half0390 = 3196;
    private const int Half0541 = 4433;
    private const int Half0765 = 6270;
    private const int Half0899 = 7373;
    private const int Half1175 = 9633;
    private const int Half1501 = 12299;
    private const int Half1847 = 15137;
    private const int Half1961 = 16069;
    private const int Half2053 = 16819;
    private const int Half2562 = 20995;
    private const int Half3072 = 25172;

    /// <summary>Transforms a block.</summary>
    /// <param name="block">64 dequantized coefficients, row by row.</param>
    /// <param name="samples">Where the first row of 8 samples goes; the others follow at the stride.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    public static void Transform(ReadOnlySpan<short> block, Span<byte> samples, int stride)
    {
        ReadOnlySpan<Vector128<short>> rows = MemoryMarshal.Cast<short, Vector128<short>>(block[..64]);
        Vector128<short> below = rows[1] | rows[2] | rows[3] | rows[4] | rows[5] | rows[6] | rows[7];
        if (below == Vector128<short>.Zero)
        {
            if (rows[0].WithElement(0, (short)0) == Vector128<short>.Zero)
            {
                Fill(Level((short)(rows[0][0] << KeptBits)), samples, stride);
                return;
            }

            TransformRow(rows[0] << KeptBits, samples, stride);
            return;
        }

        Lanes8 lanes = new(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7]);
        Pass(ref lanes, Bits - KeptBits);
        lanes.Transpose();
        Pass(ref lanes, Bits + KeptBits + 3);
        lanes.Transpose();
        lanes.Store(samples, stride);
    }

    // All columns are flat, so all rows are alike.
    private static void TransformRow(Vector128<short> row, Span<byte> samples, int stride)
    {
        Lanes8 lanes = new(
            Vector128.Create(row[0]),
            Vector128.Create(row[1]),
            Vector128.Create(row[2]),
            Vector128.Create(row[3]),
            Vector128.Create(row[4]),
            Vector128.Create(row[5]),
            Vector128.Create(row[6]),
            Vector128.Create(row[7])
        );
        Pass(ref lanes, Bits + KeptBits + 3);
        lanes.Transpose();
        lanes.Store(samples, stride);
    }

    private static byte Level(int dc) => (byte)(Math.Clamp((dc + (1 << (KeptBits + 2))) >> (KeptBits + 3), -128, 127) + 128);

    private static void Fill(byte level, Span<byte> samples, int stride)
    {
        ulong eight = level * 0x0101010101010101UL;
        for (int y = 0; y < 8; y++)
        {
            MemoryMarshal.Write(samples[(y * stride)..], eight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(ref Lanes8 x, int shift)
    {
        Vector256<short> two6 = Lanes8.Pair(x.R2, x.R6);
        Vector256<int> even2 = Lanes8.Sum(two6, Half0541, Half0541 - Half1847);
        Vector256<int> even3 = Lanes8.Sum(two6, Half0541 + Half0765, Half0541);
        Vector256<int> even0 = Lanes8.Widen(x.R0 + x.R4) << Bits;
        Vector256<int> even1 = Lanes8.Widen(x.R0 - x.R4) << Bits;

        Vector256<short> odds = Lanes8.Pair(x.R7 + x.R3, x.R5 + x.R1);
        Vector256<int> z3 = Lanes8.Sum(odds, Half1175 - Half1961, Half1175);
        Vector256<int> z4 = Lanes8.Sum(odds, Half1175, Half1175 - Half0390);
        Vector256<short> seven1 = Lanes8.Pair(x.R7, x.R1);
        Vector256<short> five3 = Lanes8.Pair(x.R5, x.R3);
        Vector256<int> odd0 = Lanes8.Sum(seven1, Half0298 - Half0899, -Half0899) + z3;
        Vector256<int> odd1 = Lanes8.Sum(five3, Half2053 - Half2562, -Half2562) + z4;
        Vector256<int> odd2 = Lanes8.Sum(five3, -Half2562, Half3072 - Half2562) + z3;
        Vector256<int> odd3 = Lanes8.Sum(seven1, -Half0899, Half1501 - Half0899) + z4;

        Butterfly(even0 + even3, odd3, shift, out x.R0, out x.R7);
        Butterfly(even1 + even2, odd2, shift, out x.R1, out x.R6);
        Butterfly(even1 - even2, odd1, shift, out x.R2, out x.R5);
        Butterfly(even0 - even3, odd0, shift, out x.R3, out x.R4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(
        Vector256<int> even,
        Vector256<int> odd,
        int shift,
        out Vector128<short> sum,
        out Vector128<short> difference
    )
    {
        even += Vector256.Create(1 << (shift - 1));
        sum = Lanes8.Narrow((even + odd) >> shift);
        difference = Lanes8.Narrow((even - odd) >> shift);
    }
}

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

/// <summary>The order in which a block's coefficients are stored (T.81, figure A.6).</summary>
internal static class Zigzag
{
    /// <summary>How far a run of zeros in damaged data may lead past the last coefficient; all there counts as the last.</summary>
    public const int Overrun = 16;

    /// <summary>The place in a block, row by row, of a coefficient in zigzag order.</summary>
    public static ReadOnlySpan<byte> Places =>
        [
            0,
            1,
            8,
            16,
            9,
            2,
            3,
            10,
            17,
            24,
            32,
            25,
            18,
            11,
            4,
            5,
            12,
            19,
            26,
            33,
            40,
            48,
            41,
            34,
            27,
            20,
            13,
            6,
            7,
            14,
            21,
            28,
            35,
            42,
            49,
            56,
            57,
            50,
            43,
            36,
            29,
            22,
            15,
            23,
            30,
            37,
            44,
            51,
            58,
            59,
            52,
            45,
            38,
            31,
            39,
            46,
            53,
            60,
            61,
            54,
            47,
            55,
            62,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
            63,
        ];
}
