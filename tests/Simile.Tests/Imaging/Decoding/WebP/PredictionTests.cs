using Simile.Imaging.Decoding.WebP.Lossy;

namespace Simile.Tests.Imaging.Decoding.WebP;

public class PredictionTests
{
    public static TheoryData<int> Directions => [.. Enumerable.Range(2, 8)];

    [Theory]
    [MemberData(nameof(Directions))]
    public void SubblocksAreForetoldAsByTheirTwin(int mode)
    {
        var random = new Random(mode);
        for (var round = 0; round < 200; round++)
        {
            var plane = Filled(random);
            var at = plane.At(4, 4);
            var e = plane.Data.AsSpan(at - plane.Stride - 1, 9).ToArray(); // corner, A to H
            var l = Enumerable.Range(0, 4).Select(y => plane.Data[at - 1 + (y * plane.Stride)]).ToArray();
            SubblockPrediction.Fill(plane, at, (SubblockMode)mode, BitConverter.ToUInt32(e.AsSpan(5)));
            byte[] edge = [l[3], l[2], l[1], l[0], .. e];
            var expected = Twin(mode, edge);
            var actual = Enumerable.Range(0, 16).Select(i => (int)plane.Data[at + (i / 4 * plane.Stride) + (i % 4)]);
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void TrueMotionIsAsItsTwin(int size)
    {
        var plane = Filled(new Random(size));
        var at = plane.At(0, 0);
        var before = plane.Data.ToArray();
        TrueMotion.Fill(plane, at, size);
        Assert.All(
            Enumerable.Range(0, size * size),
            i =>
            {
                var (x, y) = (i % size, i / size);
                var expected = Math.Clamp(
                    before[at - plane.Stride + x] + before[at - 1 + (y * plane.Stride)] - before[at - plane.Stride - 1],
                    0,
                    255
                );
                Assert.Equal(expected, plane.Data[at + (y * plane.Stride) + x]);
            }
        );
    }

    private static Plane Filled(Random random)
    {
        var plane = new Plane(16, 16);
        random.NextBytes(plane.Data);
        return plane;
    }

    // RFC 6386, 12.3, "subblock_intra_predict": E runs from the lowest sample to the left (0) over the corner (4) to the last above (12).
    private static int[] Twin(int mode, byte[] e)
    {
        int Three(int i) => (e[Math.Max(i - 1, 0)] + (2 * e[i]) + e[Math.Min(i + 1, 12)] + 2) >> 2;
        int Two(int i) => (e[i] + e[i + 1] + 1) >> 1;
        int At(int x, int y) =>
            (SubblockMode)mode switch
            {
                SubblockMode.Vertical => Three(5 + x),
                SubblockMode.Horizontal => Three(3 - y),
                SubblockMode.RightDown => Three(4 + x - y),
                SubblockMode.LeftDown => Three(6 + x + y),
                SubblockMode.VerticalRight => (2 * x) - y >= 0
                    ? y % 2 == 0
                        ? Two(4 + x - (y / 2))
                        : Three(4 + x - (y / 2))
                    : Three(5 + (2 * x) - y),
                SubblockMode.HorizontalDown => (2 * y) - x >= 0
                    ? x % 2 == 0
                        ? Two(3 - y + (x / 2))
                        : Three(4 - y + (x / 2))
                    : Three(3 + x - (2 * y)),
                SubblockMode.VerticalLeft => (x, y) is (3, 2 or 3) ? Three(8 + y)
                : y % 2 == 0 ? Two(5 + x + (y / 2))
                : Three(6 + x + (y / 2)),
                _ => x + (2 * y) is var z && z > 5 ? e[0]
                : z == 5 ? Three(0)
                : z % 2 == 0 ? Two(2 - (z / 2))
                : Three(2 - (z / 2)),
            };
        return [.. Enumerable.Range(0, 16).Select(i => At(i % 4, i / 4))];
    }
}
