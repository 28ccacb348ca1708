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

/// <summary>How pixels are stored (PNG, third edition, table 11.1).</summary>
/// <param name="Depth">Bits of a sample.</param>
/// <param name="Colour">The colour type.</param>
internal readonly record struct PixelFormat(int Depth, int Colour)
{
    public const int Grey = 0;
    public const int Rgb = 2;
    public const int Palette = 3;
    public const int GreyAlpha = 4;
    public const int Rgba = 6;

    /// <summary>Whether the pair occurs in the table.</summary>
    public bool IsAllowed =>
        (Colour, Depth) switch
        {
            (Grey, 1 or 2 or 4 or 8 or 16) => true,
            (Palette, 1 or 2 or 4 or 8) => true,
            (Rgb or GreyAlpha or Rgba, 8 or 16) => true,
            _ => false,
        };

    /// <summary>Bits of a pixel.</summary>
    public int BitsPerPixel =>
        Depth
        * (
            Colour switch
            {
                Rgb => 3,
                GreyAlpha => 2,
                Rgba => 4,
                _ => 1,
            }
        );

    /// <summary>How far back filters look, in bytes.</summary>
    public int FilterDistance => (BitsPerPixel + 7) / 8;

    /// <summary>Bytes of a row of pixels, without its filter's byte.</summary>
    public long RowBytes(long width) => ((width * BitsPerPixel) + 7) / 8;
}

/// <summary>Turns a row of stored pixels into red, green and blue, as Pillow does: alpha is dropped, of 16 bits the upper eight stay –
/// except in grey, which is cut off at 255.</summary>
internal sealed class RowConverter(PixelFormat format, ColourTable palette)
{
    private readonly ColourTable _colours =
        format.Colour == PixelFormat.Palette ? palette : ColourTable.Greys(255 / ((1 << Math.Min(format.Depth, 8)) - 1));

    /// <summary>The colour of a pixel that the file does not give: all its bits are zero.</summary>
    public ReadOnlySpan<byte> Missing => _colours.Rgb[..3];

    /// <summary>Converts as many pixels as there is room for.</summary>
    public void Convert(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        int sample = format.Depth / 8;
        switch (format.Colour)
        {
            case PixelFormat.Grey when format.Depth == 16:
                ClipGreys(row, rgb);
                break;
            case PixelFormat.Grey or PixelFormat.Palette:
                _colours.LookUp(row, format.Depth, rgb);
                break;
            case PixelFormat.Rgb when format.Depth == 8:
                row[..rgb.Length].CopyTo(rgb);
                break;
            case PixelFormat.GreyAlpha:
                SampleRow.Pick(row, 2 * sample, (0, 0, 0), rgb);
                break;
            default:
                SampleRow.Pick(row, format.BitsPerPixel / 8, (0, sample, 2 * sample), rgb);
                break;
        }
    }

    private static void ClipGreys(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        for (int i = 0; i < rgb.Length / 3; i++)
        {
            rgb.Slice(i * 3, 3).Fill((byte)Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]), 255));
        }
    }
}
