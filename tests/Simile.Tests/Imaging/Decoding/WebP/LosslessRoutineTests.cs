using Simile.Imaging.Decoding.WebP.Lossless;

namespace Simile.Tests.Imaging.Decoding.WebP;

/// <summary>Each fast routine against its scalar twin, at every width up to 70.</summary>
public class LosslessRoutineTests
{
    private static readonly int[] Widths = [.. Enumerable.Range(1, 70)];

    [Fact]
    public void SubtractGreenIsAsItsTwin() =>
        Assert.All(
            Widths,
            width =>
                AssertSame(
                    new SubtractGreen(),
                    width,
                    pixel => Pixel(pixel >> 24, (pixel >> 16) + (pixel >> 8), pixel >> 8, pixel + (pixel >> 8))
                )
        );

    [Fact]
    public void CrossColourIsAsItsTwin() =>
        Assert.All(
            Widths,
            width =>
            {
                uint[] blocks = [0x00f381c5, 0x007f9233];
                var at = 0;
                AssertSame(
                    new CrossColour([.. Enumerable.Range(0, 20).Select(i => blocks[i & 1])], 2, width),
                    width,
                    pixel =>
                    {
                        var multipliers = blocks[(at++ >> 2) & 1];
                        var red = (pixel >> 16) + Part(multipliers, pixel >> 8);
                        return Pixel(
                            pixel >> 24,
                            red,
                            pixel >> 8,
                            pixel + Part(multipliers >> 8, pixel >> 8) + Part(multipliers >> 16, red)
                        );
                    }
                );
            }
        );

    [Fact]
    public void ModesOfThePredictorAreAsTheirTwins() =>
        Assert.All(
            Enumerable.Range(0, 16),
            mode =>
                Assert.All(
                    Widths,
                    width =>
                    {
                        var random = new Random((mode * 100) + width);
                        var (row, above) = (Random(random, width + 1), Random(random, width + 2));
                        var expected = row.ToArray();
                        for (var x = 1; x < expected.Length; x++)
                        {
                            expected[x] = Each(
                                expected[x],
                                Foretold(mode, expected[x - 1], above[x - 1], above[x], above[x + 1]),
                                (a, b) => a + b
                            );
                        }

                        PredictorModes.Undo(mode, row, above, 1);
                        Assert.Equal(expected, row);
                    }
                )
        );

    [Fact]
    public void ColoursAreTakenInOrder() =>
        Assert.All(
            Widths,
            width =>
            {
                var pixels = Random(new Random(width), width);
                var colours = new byte[3 * width];
                LosslessDecoder.ToRgb(pixels, colours);
                Assert.Equal(pixels.SelectMany(pixel => new[] { (byte)(pixel >> 16), (byte)(pixel >> 8), (byte)pixel }), colours);
            }
        );

    private static void AssertSame(IRowTransform transform, int width, Func<uint, uint> twin)
    {
        var row = Random(new Random(width), width);
        var expected = row.Select(twin).ToArray();
        transform.Undo(0, row);
        Assert.Equal(expected, row);
    }

    // WebP lossless, 4.1, a byte at a time.
    private static uint Foretold(int mode, uint left, uint topLeft, uint top, uint topRight) =>
        mode switch
        {
            1 => left,
            2 => top,
            3 => topRight,
            4 => topLeft,
            5 => Mean(Mean(left, topRight), top),
            6 => Mean(left, topLeft),
            7 => Mean(left, top),
            8 => Mean(topLeft, top),
            9 => Mean(top, topRight),
            10 => Mean(Mean(left, topLeft), Mean(top, topRight)),
            11 => Far(top, topLeft) < Far(left, topLeft) ? left : top,
            12 => Full(left, top, topLeft),
            13 => Half(Mean(left, top), topLeft),
            _ => 0xff000000,
        };

    private static uint Mean(uint a, uint b) => Each(a, b, (x, y) => (x + y) / 2);

    private static uint Half(uint mean, uint topLeft) => Each(mean, topLeft, (a, b) => Math.Clamp(a + ((a - b) / 2), 0, 255));

    private static int Far(uint a, uint b) => Bytes(a).Zip(Bytes(b), (x, y) => Math.Abs(x - y)).Sum();

    private static uint Full(uint left, uint top, uint topLeft) =>
        Join(Bytes(left).Zip(Bytes(top), (a, b) => a + b).Zip(Bytes(topLeft), (sum, c) => Math.Clamp(sum - c, 0, 255)));

    private static uint Each(uint a, uint b, Func<int, int, int> rule) => Join(Bytes(a).Zip(Bytes(b), rule));

    private static IEnumerable<int> Bytes(uint pixel) => [(byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16), (byte)(pixel >> 24)];

    private static uint Join(IEnumerable<int> bytes) => bytes.Reverse().Aggregate(0u, (pixel, value) => (pixel << 8) | (byte)value);

    private static uint Part(uint multiplier, uint colour) => (uint)(((sbyte)multiplier * (sbyte)colour) >> 5);

    private static uint Pixel(uint alpha, uint red, uint green, uint blue) =>
        ((alpha & 0xff) << 24) | ((red & 0xff) << 16) | ((green & 0xff) << 8) | (blue & 0xff);

    private static uint[] Random(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (uint)random.NextInt64(1L << 32))];
}
