using System.Buffers.Binary;
using Simile.Imaging.Decoding.Png;

namespace Simile.Tests.Imaging.Decoding;

public class PngTests
{
    public static TheoryData<string> Names => PictureCases.Names("png");

    [Theory]
    [MemberData(nameof(Names))]
    public void PixelsAreThoseOfPillow(string name) => PictureCases.Check("png", name);

    [Fact]
    public void GoldenFilesAreReadAsPillowReadsThem() =>
        Assert.Empty(PictureCases.Differences("golden.json", RepositoryRoot.Shared("golden", "images"), "png"));

    [Fact]
    public void MutatedFilesEndInPixelsOrCodes() => PictureMutations.Run(PictureCases.Files("png"), FixChecksums);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    public void FiltersEqualTheirScalarTwins(int distance)
    {
        var random = new Random(distance);
        for (var round = 0; round < 200; round++)
        {
            var length = random.Next(1, 40) * distance;
            var (row, above) = (new byte[length + RowFilters.Padding], new byte[length + RowFilters.Padding]);
            random.NextBytes(row);
            random.NextBytes(above);
            var expected = Scalar(round % 5, row[..length], above, distance);
            RowFilters.Undo(round % 5, row, above, length, distance);
            Assert.Equal(expected, row[..length]);
        }
    }

    // The formulas of PNG, third edition, 9.2, a byte at a time.
    private static byte[] Scalar(int filter, byte[] row, byte[] above, int distance)
    {
        for (var i = 0; i < row.Length; i++)
        {
            int a = i < distance ? 0 : row[i - distance];
            int b = above[i];
            int c = i < distance ? 0 : above[i - distance];
            var p = a + b - c;
            var (pa, pb, pc) = (Math.Abs(p - a), Math.Abs(p - b), Math.Abs(p - c));
            var paeth =
                pa <= pb && pa <= pc ? a
                : pb <= pc ? b
                : c;
            row[i] += (byte)(
                filter switch
                {
                    1 => a,
                    2 => b,
                    3 => (a + b) / 2,
                    4 => paeth,
                    _ => 0,
                }
            );
        }

        return row;
    }

    private static void FixChecksums(byte[] file)
    {
        long at = 8;
        while (at + 12 <= file.Length)
        {
            long end = at + 8 + BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (end + 4 > file.Length)
            {
                return;
            }

            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)end), Crc32.Of(file.AsSpan((int)at + 4, (int)(end - at) - 4)));
            at = end + 4;
        }
    }
}
