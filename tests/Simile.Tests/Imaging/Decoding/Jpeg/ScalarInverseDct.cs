namespace Simile.Tests.Imaging.Decoding.Jpeg;

/// <summary>The accurate integer inverse DCT, one number at a time. Sums of inputs and flat columns wrap at 16 bits, columns saturate
/// there.</summary>
internal static class ScalarInverseDct
{
    public static byte[] Transform(short[] block)
    {
        var (columns, samples) = (new int[64], new byte[64]);
        var isFlat = block[8..].All(coefficient => coefficient == 0);
        for (var x = 0; x < 8; x++)
        {
            var column = Pass(i => block[(8 * i) + x], 11);
            for (var y = 0; y < 8; y++)
            {
                columns[(8 * y) + x] = isFlat ? (short)(block[x] << 2) : Math.Clamp(column[y], short.MinValue, short.MaxValue);
            }
        }

        for (var y = 0; y < 8; y++)
        {
            var row = Pass(i => columns[(8 * y) + i], 18);
            for (var x = 0; x < 8; x++)
            {
                samples[(8 * y) + x] = (byte)(Math.Clamp(row[x], -128, 127) + 128);
            }
        }

        return samples;
    }

    private static int[] Pass(Func<int, int> at, int shift)
    {
        var z1 = (at(2) + at(6)) * 4433;
        var (even2, even3) = (z1 - (at(6) * 15137), z1 + (at(2) * 6270));
        var (even0, even1) = ((short)(at(0) + at(4)) << 13, (short)(at(0) - at(4)) << 13);
        int[] even = [even0 + even3, even1 + even2, even1 - even2, even0 - even3];

        var (z3, z4) = ((int)(short)(at(7) + at(3)), (int)(short)(at(5) + at(1)));
        var z5 = (z3 + z4) * 9633;
        (z3, z4) = (z5 - (z3 * 16069), z5 - (z4 * 3196));
        var (a, b) = (-(at(7) + at(1)) * 7373, -(at(5) + at(3)) * 20995);
        int[] odd = [(at(1) * 12299) + a + z4, (at(3) * 25172) + b + z3, (at(5) * 16819) + b + z4, (at(7) * 2446) + a + z3];

        var half = 1 << (shift - 1);
        return
        [
            .. Enumerable.Range(0, 8).Select(i => i < 4 ? (even[i] + odd[i] + half) >> shift : (even[7 - i] - odd[7 - i] + half) >> shift),
        ];
    }
}
