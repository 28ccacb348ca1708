using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Png;

/// <summary>What the chunks say; each is checked as strictly as Pillow checks it.</summary>
internal sealed class PngFacts
{
    private const int LongestPalette = 770;

    public long Width { get; private set; }

    public long Height { get; private set; }

    /// <summary>How pixels are stored; null before a header says so.</summary>
    public PixelFormat? Format { get; private set; }

    public bool Interlaced { get; private set; }

    public ColourTable Palette { get; private set; } = ColourTable.Greys(1);

    public Animation Animation { get; } = new();

    public TextChunks Texts { get; } = new();

    /// <summary>Takes a chunk that holds no pixels.</summary>
    public void Take(uint type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case ChunkType.Header:
                TakeHeader(data);
                break;
            case ChunkType.Palette when Format is { Colour: PixelFormat.Palette }:
                TakePalette(data);
                break;
            case ChunkType.AnimationControl:
                Animation.TakeControl(data);
                break;
            case ChunkType.FrameControl:
                Animation.TakeFrame(data, Width, Height);
                break;
            default:
                TakeText(type, data);
                CheckLength(type, data.Length);
                break;
        }
    }

    private void TakeText(uint type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case ChunkType.Exif:
                Texts.TakeExif(data);
                break;
            case ChunkType.Text:
                Texts.TakeText(data);
                break;
            case ChunkType.CompressedText:
                Texts.TakeCompressed(data);
                break;
            case ChunkType.InternationalText:
                Texts.TakeInternational(data);
                break;
            case ChunkType.Profile:
                Texts.TakeProfile(data);
                break;
        }
    }

    private void TakeHeader(ReadOnlySpan<byte> data)
    {
        if (data.Length < 13 || data[11] != 0)
        {
            throw ImageErrors.Damaged("its header is too short, or names an unknown filter method");
        }
        (Width, Height) = (BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..]));
        PixelFormat format = new(data[8], data[9]);
        Format = format.IsAllowed ? format : Format;
        Interlaced |= data[12] != 0;
    }

    private void TakePalette(ReadOnlySpan<byte> data) =>
        Palette =
            data.Length <= LongestPalette
                ? ColourTable.Of(data)
                : throw ImageErrors.Damaged($"its palette has {data.Length} bytes; 768 is the most");

    private void CheckLength(uint type, int length)
    {
        int least = type switch
        {
            ChunkType.Gamma => 4,
            ChunkType.StandardRgb => 1,
            ChunkType.PhysicalSize => 9,
            ChunkType.Transparency => Format?.Colour switch
            {
                PixelFormat.Grey => 2,
                PixelFormat.Rgb => 6,
                _ => 0,
            },
            _ => 0,
        };
        if (length < least || (type == ChunkType.Chromaticity && length % 4 != 0))
        {
            throw ImageErrors.Damaged($"a chunk has {length} bytes, which its kind does not allow");
        }
    }
}
