using System.Buffers.Binary;
using System.IO.Compression;
using Simile.Imaging.Decoding.Png;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>Files made to cost more than a picture should: each ends in a code, within the memory that a picture may take.</summary>
public class HostilePictureTests
{
    private const long MaxAllocated = 256L << 20;

    [Theory]
    [InlineData("png-60000x60000", ErrorCode.ImageTooLarge)]
    [InlineData("png-full-claim-no-data", ErrorCode.DamagedImage)]
    [InlineData("png-one-row-of-rgba16", ErrorCode.ImageTooLarge)]
    [InlineData("png-inflates-without-end", null)]
    [InlineData("png-text-bomb", ErrorCode.DamagedImage)]
    [InlineData("png-many-texts", ErrorCode.DamagedImage)]
    [InlineData("png-chunk-of-2-31", ErrorCode.DamagedImage)]
    [InlineData("png-many-empty-chunks", ErrorCode.DamagedImage)]
    [InlineData("gif-65535x65535", ErrorCode.ImageTooLarge)]
    [InlineData("gif-large-screen-no-data", ErrorCode.DamagedImage)]
    [InlineData("gif-clears-only", ErrorCode.DamagedImage)]
    [InlineData("gif-ends-only", ErrorCode.DamagedImage)]
    [InlineData("gif-no-palette", ErrorCode.DamagedImage)]
    [InlineData("gif-blocks-of-nothing", ErrorCode.DamagedImage)]
    [InlineData("bmp-60000x60000", ErrorCode.ImageTooLarge)]
    [InlineData("bmp-width-of-2-31", ErrorCode.ImageTooLarge)]
    [InlineData("bmp-full-claim-no-data", ErrorCode.DamagedImage)]
    [InlineData("bmp-palette-of-2-31", ErrorCode.UnsupportedImage)]
    [InlineData("bmp-runs-too-large", ErrorCode.ImageTooLarge)]
    [InlineData("bmp-jumps-only", ErrorCode.DamagedImage)]
    [InlineData("bmp-header-of-2-31", ErrorCode.DamagedImage)]
    public void EndsInACodeWithinTheMemory(string name, string? code)
    {
        var file = Make(name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(code, PictureCases.ErrorOf(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
    }

    private static byte[] Make(string name) =>
        name[..3] switch
        {
            "png" => Png(name[4..]),
            "gif" => Gif(name[4..]),
            _ => Bmp(name[4..]),
        };

    private static byte[] Png(string name) =>
        name switch
        {
            "60000x60000" => Png(60000, 60000, 2, Chunk("IDAT", Zeros(100))),
            "full-claim-no-data" => Png(8000, 8000, 2, Chunk("IDAT", Zeros(100))),
            "one-row-of-rgba16" => Png(60_000_000, 1, 6, Chunk("IDAT", Zeros(100)), 16),
            "inflates-without-end" => Png(10, 10, 2, Chunk("IDAT", Zeros(200 << 20))),
            "text-bomb" => Png(10, 10, 2, Chunk("zTXt", [.. "a\0\0"u8, .. Zeros(100 << 20)])),
            "many-texts" => Png(10, 10, 2, Repeat(Chunk("zTXt", [.. "a\0\0"u8, .. Zeros(1 << 20)]), 200)),
            "chunk-of-2-31" => Png(10, 10, 2, [0x80, 0, 0, 0, .. "tEXtabc"u8]),
            _ => Png(10, 10, 2, Repeat(Chunk("abCd", []), 500_000)),
        };

    private static byte[] Gif(string name) =>
        name switch
        {
            "65535x65535" => Gif(65535, [0x2C, 0, 0, 0, 0, 255, 255, 255, 255, 0, 2, 1, 0x44]),
            "large-screen-no-data" => Gif(8000, [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2]),
            "clears-only" => Gif(9, [.. Frame(), .. Repeat([255, .. Enumerable.Repeat((byte)0x80, 255)], 40_000)]),
            "ends-only" => Gif(9, [.. Frame(), .. Repeat([255, .. Enumerable.Repeat((byte)0x81, 255)], 40_000)]),
            "no-palette" => Gif(9, [0x2C, 0, 0, 0, 0, 9, 0, 9, 0, 0x87, 1, 2, 3]),
            _ => Gif(9, [.. Frame(), .. new byte[20 << 20]]),
        };

    private static byte[] Bmp(string name) =>
        name switch
        {
            "60000x60000" => Bmp(60000, 60000, 24, 0, 0, new byte[100]),
            "width-of-2-31" => Bmp(int.MinValue, 1, 24, 0, 0, new byte[100]),
            "full-claim-no-data" => Bmp(8000, 8000, 24, 0, 0, new byte[100]),
            "palette-of-2-31" => Bmp(10, 10, 8, 0, int.MaxValue, new byte[100]),
            "runs-too-large" => Bmp(8000, 8000, 8, 1, 0, new byte[2000]),
            "jumps-only" => Bmp(5000, 5000, 8, 1, 0, Repeat([0, 2, 0, 0, 0, 0], 1_000_000)),
            _ => [.. "BM"u8, .. new byte[12], 0, 0, 0, 0x80, .. new byte[100]],
        };

    private static byte[] Png(int width, int height, byte colour, byte[] chunks, byte depth = 8)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colour);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. chunks];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. type.Select(letter => (byte)letter), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.Of(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    private static byte[] Zeros(int count)
    {
        var compressed = new MemoryStream();
        using (var deflater = new ZLibStream(compressed, CompressionLevel.Fastest))
        {
            deflater.Write(new byte[count]);
        }

        return compressed.ToArray();
    }

    private static byte[] Gif(ushort side, byte[] body) =>
        [.. "GIF89a"u8, (byte)side, (byte)(side >> 8), (byte)side, (byte)(side >> 8), 0, 0, 0, .. body];

    private static byte[] Frame() => [0x2C, 0, 0, 0, 0, 9, 0, 9, 0, 0, 7];

    private static byte[] Bmp(int width, int height, short bits, int compression, int colours, byte[] rest)
    {
        var head = new byte[54];
        "BM"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(10), bits == 8 ? 54 + 1024 : 54);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(28), bits);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(30), compression);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(46), colours);
        return [.. head, .. bits == 8 ? Enumerable.Range(0, 1024).Select(value => (byte)value) : [], .. rest];
    }

    private static byte[] Repeat(byte[] bytes, int count) => [.. Enumerable.Repeat(bytes, count).SelectMany(part => part)];
}
