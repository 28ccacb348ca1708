using Simile.Imaging.Decoding;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>EXIF blocks by themselves; inside files they are compared with Pillow.</summary>
public class ExifOrientationTests
{
    private static readonly byte[] Little = Convert.FromHexString("49492A000800000001001201030001000000" + "06000000" + "00000000");
    private static readonly byte[] Big = Convert.FromHexString("4D4D002A000000080001011200030000000100" + "080000" + "00000000");

    [Fact]
    public void BothByteOrdersAreRead()
    {
        Assert.Equal(6, ExifOrientation.Read(Little));
        Assert.Equal(8, ExifOrientation.Read(Big));
        Assert.Equal(8, ExifOrientation.Read([.. "Exif\0\0"u8, .. Big]));
    }

    [Fact]
    public void NonsenseIsUpright()
    {
        Assert.Equal(1, ExifOrientation.Read([]));
        Assert.Equal(1, ExifOrientation.Read("Exif\0\0"u8));
        for (var length = 0; length < 20; length++)
        {
            Assert.Equal(1, ExifOrientation.Read(Little.AsSpan(0, length)));
        }
    }

    [Fact]
    public void DamagedBlocksGiveAnOrientation()
    {
        var random = new Random(4);
        for (var i = 0; i < 20_000; i++)
        {
            byte[] block = [.. i % 2 == 0 ? Little : Big];
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                block[random.Next(2, block.Length)] = (byte)(random.Next(3) == 0 ? 255 : random.Next(256));
            }

            Assert.InRange(ExifOrientation.Read(block), 1, 8);
        }
    }
}
