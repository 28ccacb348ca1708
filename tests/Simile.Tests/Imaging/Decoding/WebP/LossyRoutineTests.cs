using System.Runtime.Intrinsics;
using Simile.Imaging.Decoding.WebP.Lossy;

namespace Simile.Tests.Imaging.Decoding.WebP;

/// <summary>Each fast routine against its scalar twin: RFC 6386 as it is written, libwebp's formulas for what the RFC leaves
/// open.</summary>
public class LossyRoutineTests
{
    [Fact]
    public void BlocksAreTransformedAsTheirTwin()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var coefficients = Enumerable.Range(0, 32).Select(_ => (short)(random.Next(3) == 0 ? random.Next(-2000, 2000) : 0)).ToArray();
            var samples = Samples(random, 4 * 12);
            var expected = samples.ToArray();
            AddTwin(coefficients, expected, 2, 12);
            var one = samples.ToArray();
            BlockTransform.Add(coefficients.AsSpan(0, 16), one, 2, 12);
            Assert.Equal(expected, one);
            AddTwin(coefficients.AsSpan(16), expected, 6, 12);
            BlockTransform.AddTwo(coefficients, samples, 2, 12);
            Assert.Equal(expected, samples);
        }
    }

    [Fact]
    public void ChromaIsDoubledAsItsTwin() =>
        Assert.All(
            Enumerable.Range(1, 70),
            count =>
            {
                var random = new Random(count);
                var (near, far) = (Samples(random, count + 16), Samples(random, count + 16));
                var doubled = new byte[(2 * count) + 32];
                ChromaUpsampling.Row(near, far, count, new ushort[count + 18], doubled);
                var expected = Enumerable
                    .Range(0, 2 * count)
                    .Select(x =>
                    {
                        var (here, beside) = (x / 2, Math.Clamp((x / 2) + (x % 2 == 0 ? -1 : 1), 0, count - 1));
                        return (byte)(((9 * near[here]) + (3 * near[beside]) + (3 * far[here]) + far[beside] + 8) >> 4);
                    });
                Assert.Equal(expected, doubled.Take(2 * count));
            }
        );

    [Fact]
    public void ColoursAreConvertedAsTheirTwin()
    {
        for (var blue = 0; blue < 256; blue += 3)
        {
            for (var red = 0; red < 256; red += 5)
            {
                var width = 255 - (blue % 40);
                var luma = Enumerable.Range(0, 272).Select(y => (byte)y).ToArray();
                var (u, v) = (Enumerable.Repeat((byte)blue, 272).ToArray(), Enumerable.Repeat((byte)red, 272).ToArray());
                var colours = new byte[3 * width];
                ColourConversion.Row(luma, u, v, colours);
                Assert.Equal(luma.Take(width).SelectMany(y => Colours(y, blue, red)), colours);
            }
        }
    }

    [Fact]
    public void ColumnsComeBackAsTheyWere()
    {
        var samples = Samples(new Random(5), 16 * 24);
        var copy = samples.ToArray();
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[8];
        EdgeTaps.LoadColumns(samples, 10, samples, 10 + (8 * 24), 24, taps);
        for (var x = 0; x < 8; x++)
        {
            for (var y = 0; y < 16; y++)
            {
                Assert.Equal(samples[(y * 24) + 6 + x], taps[x][y]);
            }
        }

        samples.AsSpan().Clear();
        EdgeTaps.StoreColumns(samples, 10, samples, 10 + (8 * 24), 24, taps);
        Assert.All(Enumerable.Range(0, samples.Length), i => Assert.Equal(i % 24 is >= 6 and < 14 ? copy[i] : 0, samples[i]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void EdgesAreSmoothedAsByTheirTwin(int kind)
    {
        var random = new Random(kind);
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[8];
        for (var round = 0; round < 2000; round++)
        {
            var (limit, interior, highVariance, spread) = (random.Next(1, 194), random.Next(1, 64), random.Next(3), random.Next(1, 128));
            var around = random.Next(256);
            var before = Enumerable
                .Range(0, 8)
                .Select(_ => Enumerable.Range(0, 16).Select(_ => (byte)Math.Clamp(around + random.Next(-spread, spread), 0, 255)).ToArray())
                .ToArray();
            for (var i = 0; i < 8; i++)
            {
                taps[i] = Vector128.Create(before[i]);
            }

            Smooth(kind, taps, limit, interior, highVariance);
            for (var lane = 0; lane < 16; lane++)
            {
                var expected = EdgeTwin.Smooth(kind, [.. before.Select(row => (int)row[lane])], limit, interior, highVariance);
                for (var i = 0; i < 8; i++)
                {
                    Assert.Equal(expected[i], taps[i][lane]);
                }
            }
        }
    }

    private static void Smooth(int kind, Span<Vector128<byte>> taps, int limit, int interior, int highVariance)
    {
        switch (kind)
        {
            case 0:
                EdgeSmoothing.Simple(taps, limit);
                break;
            case 1:
                EdgeSmoothing.Outer(taps, limit, interior, highVariance);
                break;
            default:
                EdgeSmoothing.Inner(taps, limit, interior, highVariance);
                break;
        }
    }

    // RFC 6386, 14.4.
    private static void AddTwin(ReadOnlySpan<short> input, byte[] samples, int at, int stride)
    {
        var columns = new int[16];
        for (var i = 0; i < 4; i++)
        {
            var result = Pass(input[i], input[4 + i], input[8 + i], input[12 + i]);
            for (var k = 0; k < 4; k++)
            {
                columns[(4 * k) + i] = result[k];
            }
        }

        for (var y = 0; y < 4; y++)
        {
            var result = Pass(columns[4 * y] + 4, columns[(4 * y) + 1], columns[(4 * y) + 2], columns[(4 * y) + 3]);
            for (var x = 0; x < 4; x++)
            {
                ref var sample = ref samples[at + (y * stride) + x];
                sample = (byte)Math.Clamp(sample + (result[x] >> 3), 0, 255);
            }
        }
    }

    private static int[] Pass(int i0, int i1, int i2, int i3)
    {
        var (a, b) = (i0 + i2, i0 - i2);
        var c = ((i1 * 35468) >> 16) - (i3 + ((i3 * 20091) >> 16));
        var d = i1 + ((i1 * 20091) >> 16) + ((i3 * 35468) >> 16);
        return [a + d, b + c, b - c, a - d];
    }

    private static byte[] Colours(int y, int u, int v) =>
        [
            Clip(((y * 19077) >> 8) + ((v * 26149) >> 8) - 14234),
            Clip(((y * 19077) >> 8) - ((u * 6419) >> 8) - ((v * 13320) >> 8) + 8708),
            Clip(((y * 19077) >> 8) + ((u * 33050) >> 8) - 17685),
        ];

    private static byte Clip(int value) => (byte)Math.Clamp(value >> 6, 0, 255);

    private static byte[] Samples(Random random, int count)
    {
        var samples = new byte[count];
        random.NextBytes(samples);
        return samples;
    }
}
