using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
