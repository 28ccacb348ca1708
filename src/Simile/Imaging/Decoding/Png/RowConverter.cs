using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Png;

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
