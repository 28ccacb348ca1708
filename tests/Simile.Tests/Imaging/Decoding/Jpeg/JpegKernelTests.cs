using Simile.Imaging.Decoding.Jpeg;

namespace Simile.Tests.Imaging.Decoding.Jpeg;

/// <summary>Vector routines against their scalar twins.</summary>
public class JpegKernelTests
{
    private const int Margin = SamplePlane.Margin;

    [Fact]
    public void TheInverseDctIsThatOfOneNumberAtATime()
    {
        var random = new Random(8);
        for (var i = 0; i < 3000; i++)
        {
            var block = Block(random, i % 65, i % 7 == 0 ? short.MaxValue : 40 << (i % 6), i % 5 == 0 ? 8 : 64);
            var samples = new byte[8 * 11];
            InverseDct.Transform(block, samples, 11);
            var expected = ScalarInverseDct.Transform(block);
            Assert.All(Enumerable.Range(0, 64), place => Assert.Equal(expected[place], samples[(place / 8 * 11) + (place % 8)]));
        }
    }

    [Fact]
    public void FlatRowsWrapAsInLibjpegTurbo()
    {
        var block = new short[64];
        var samples = new byte[64];
        foreach (var (dc, sample) in new[] { (0, 128), (100, 141), (-1024, 0), (1023, 255), (8191, 255), (8192, 0), (-8193, 255) })
        {
            block[0] = (short)dc;
            InverseDct.Transform(block, samples, 8);
            Assert.All(samples, value => Assert.Equal(sample, value));
        }
    }

    [Fact]
    public void WideningIsTheTriangleFilter()
    {
        var random = new Random(9);
        for (var n = 1; n <= 257; n++)
        {
            var (near, far) = (Row(random, n), Row(random, n));
            var (wide, both, between) = (new byte[Upsampling.Room(n)], new byte[Upsampling.Room(n)], new byte[Upsampling.Room(n)]);
            Upsampling.Widen(near, n, wide);
            Upsampling.WidenBetween(near, far, n, both);
            Upsampling.Between(near, far, n % 2 == 0, n, between);
            for (var x = 0; x < 2 * n; x++)
            {
                var (here, other) = (Margin + (x / 2), Margin + (x / 2) + (x % 2 == 0 ? -1 : 1));
                Assert.Equal(((3 * near[here]) + near[other] + 1 + (x % 2)) >> 2, wide[x]);
                Assert.Equal(((3 * ((3 * near[here]) + far[here])) + (3 * near[other]) + far[other] + 8 - (x % 2)) >> 4, both[x]);
            }

            Assert.All(
                Enumerable.Range(0, n),
                x => Assert.Equal(((3 * near[Margin + x]) + far[Margin + x] + (n % 2 == 0 ? 1 : 2)) >> 2, between[x])
            );
        }
    }

    [Fact]
    public void ColoursAreConvertedAsJfifSays()
    {
        var random = new Random(10);
        for (var n = 1; n <= 257; n++)
        {
            var (y, b, r) = (Row(random, n)[Margin..], Row(random, n)[Margin..], Row(random, n)[Margin..]);
            var (rgb, planes) = (new byte[3 * n], new byte[(3 * n) + (n % 40)]);
            ColourConversion.FromYcc(y, b, r, n, rgb);
            ColourConversion.FromRgb(y, b, r, n, planes);
            for (var x = 0; x < n; x++)
            {
                var (cb, cr) = (b[x] - 128, r[x] - 128);
                Assert.Equal(Clip(y[x] + Round(1.402, cr)), rgb[3 * x]);
                Assert.Equal(Clip(y[x] + ((32768 - (22554 * cb) - (46802 * cr)) >> 16)), rgb[(3 * x) + 1]);
                Assert.Equal(Clip(y[x] + Round(1.772, cb)), rgb[(3 * x) + 2]);
                Assert.Equal((y[x], b[x], r[x]), (planes[3 * x], planes[(3 * x) + 1], planes[(3 * x) + 2]));
            }
        }
    }

    private static int Round(double factor, int chrominance) => (((int)((factor * 65536) + 0.5) * chrominance) + 32768) >> 16;

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);

    private static short[] Block(Random random, int coefficients, int size, int places)
    {
        var block = new short[64];
        for (var i = 0; i < coefficients; i++)
        {
            block[random.Next(places)] = (short)random.Next(-size, size + 1);
        }

        return block;
    }

    // A row of n samples with its margins, its ends repeated.
    private static byte[] Row(Random random, int n)
    {
        var row = new byte[Margin + n + 96];
        random.NextBytes(row);
        (row[Margin - 1], row[Margin + n]) = (row[Margin], row[Margin + n - 1]);
        return row;
    }
}
