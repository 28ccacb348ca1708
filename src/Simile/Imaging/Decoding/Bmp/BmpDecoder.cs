using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Bmp;

/// <summary>Reads Windows and OS/2 bitmaps.</summary>
internal sealed class BmpDecoder : IImageDecoder
{
    private const int RowsBetweenChecks = 16;
    private const int SmallTables = 16 << 10;

    private delegate void RowConverter(ReadOnlySpan<byte> row, Span<byte> rgb);

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("BM"u8);

    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        BmpHeader header = BmpHeader.Read(file);
        budget.CheckSize(header.Width, header.Height);
        RgbImage image = header.Bits > 8 ? DecodeColours(file, header, budget) : DecodeIndices(file, header, budget);
        return new DecodedImage(image, ImageFormat.Bmp);
    }

    private static RgbImage DecodeColours(ReadOnlySpan<byte> file, BmpHeader header, DecodeBudget budget)
    {
        BmpLayout layout = BmpLayout.Of(header);
        long start = header.PixelStart != 0 ? header.PixelStart : header.PaletteStart;
        return DecodeRows(file, start, header.Stride, header.Bits, header, layout.Convert, budget);
    }

    private static RgbImage DecodeIndices(ReadOnlySpan<byte> file, BmpHeader header, DecodeBudget budget)
    {
        BmpPalette palette = BmpPalette.Read(file, header);
        long start = header.PixelStart != 0 ? header.PixelStart : palette.End;
        if (header.Compression == BmpCompression.None)
        {
            return DecodeRows(
                file,
                start,
                header.Stride,
                palette.RawBits,
                header,
                (row, rgb) => palette.Colours.LookUp(row, palette.RawBits, rgb),
                budget
            );
        }
        if (header.Compression is not (BmpCompression.RunLength4 or BmpCompression.RunLength8) || IsBlackAndWhite(palette, header))
        {
            throw ImageErrors.Unsupported($"it is a BMP of {palette.RawBits} bits with compression {(uint)header.Compression}");
        }
        return DecodeRuns(file, start, header, palette, budget);
    }

    // Pillow has no way from run lengths to its black-and-white pictures.
    private static bool IsBlackAndWhite(BmpPalette palette, BmpHeader header) =>
        header.Colours == 2 && palette.Colours.Rgb[..6].SequenceEqual(ColourTable.Greys(255).Rgb[..6]);

    private static RgbImage DecodeRuns(ReadOnlySpan<byte> file, long start, BmpHeader header, BmpPalette palette, DecodeBudget budget)
    {
        budget.CheckMemory((4 * header.Width * header.Height) + SmallTables);
        byte[] indices = new byte[header.Width * header.Height];
        new RunLengths(file, start, header.Compression == BmpCompression.RunLength4, (int)header.Width, indices).Expand(budget);
        return DecodeRows(indices, 0, header.Width, 8, header, (row, rgb) => palette.Colours.LookUp(row, 8, rgb), budget);
    }

    private static RgbImage DecodeRows(
        ReadOnlySpan<byte> bytes,
        long start,
        long stride,
        int bits,
        BmpHeader header,
        RowConverter convert,
        DecodeBudget budget
    )
    {
        long length = ((header.Width * bits) + 7) / 8;
        if (stride < length || start + (stride * (header.Height - 1)) + length > bytes.Length)
        {
            throw ImageErrors.Damaged(
                $"it has {bytes.Length} bytes, too few for {header.Width} × {header.Height} pixels from byte {start} on"
            );
        }
        RgbImage image = Canvas.Take(header.Width, header.Height, SmallTables, budget);
        for (int y = 0; y < image.Height; y++)
        {
            if (y % RowsBetweenChecks == 0)
            {
                budget.CheckTime();
            }
            int to = header.TopDown ? y : image.Height - 1 - y;
            ReadOnlySpan<byte> row = bytes.Slice((int)(start + (y * stride)), (int)length);
            convert(row, image.Writable.Slice(to * image.Width * 3, image.Width * 3));
        }
        return image;
    }
}

/// <summary>The palette, and what it makes of the pixels: Pillow takes one of greys in order for no palette at all.</summary>
/// <param name="Colours">The colours to look up.</param>
/// <param name="RawBits">Bits of a pixel as they are then read, whatever the header says.</param>
/// <param name="End">The byte behind the palette.</param>
internal sealed record BmpPalette(ColourTable Colours, int RawBits, int End)
{
    private const int Most = 256;

    public static BmpPalette Read(ReadOnlySpan<byte> file, BmpHeader header)
    {
        header.CheckColours();
        int start = Math.Min(header.PaletteStart, file.Length);
        ReadOnlySpan<byte> stored = file.Slice(start, (int)Math.Min(file.Length - start, header.Colours * header.ColourBytes));
        int end = start + stored.Length;
        if (AreGreys(stored, header))
        {
            return header.Colours == 2 ? new BmpPalette(ColourTable.Greys(255), 1, end) : new BmpPalette(ColourTable.Greys(1), 8, end);
        }
        if (stored.Length / header.ColourBytes > Most)
        {
            throw ImageErrors.Unsupported($"its palette has {stored.Length / header.ColourBytes} colours; {Most} is the most");
        }
        return new BmpPalette(ColourTable.Of(stored, header.ColourBytes, red: 2), header.Bits, end);
    }

    private static bool AreGreys(ReadOnlySpan<byte> stored, BmpHeader header)
    {
        int step = header.Colours == 2 ? 255 : 1;
        for (int i = 0; i < header.Colours; i++)
        {
            int at = i * header.ColourBytes;
            if (at + 3 > stored.Length || stored.Slice(at, 3).ContainsAnyExcept((byte)(i * step)))
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>Where red, green and blue stand in pixels without a palette: the layouts that Pillow knows.</summary>
internal sealed class BmpLayout
{
    private readonly int _bytes;
    private readonly (int Red, int Green, int Blue) _at;
    private readonly int _greenBits;

    private BmpLayout(int bytes, (int Red, int Green, int Blue) at, int greenBits = 0) =>
        (_bytes, _at, _greenBits) = (bytes, at, greenBits);

    public static BmpLayout Of(BmpHeader header) =>
        header.Compression switch
        {
            BmpCompression.None => Plain(header.Bits),
            BmpCompression.BitFields => Masked(header.Bits, header.Masks)
                ?? throw ImageErrors.Unsupported($"it is a BMP of {header.Bits} bits with the masks {header.Masks}"),
            _ => throw ImageErrors.Unsupported($"it is a BMP of {header.Bits} bits with compression {(uint)header.Compression}"),
        };

    /// <summary>Converts as many pixels as there is room for.</summary>
    public void Convert(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        if (_greenBits > 0)
        {
            Widen(row, rgb);
        }
        else
        {
            SampleRow.Pick(row, _bytes, _at, rgb);
        }
    }

    private static BmpLayout Plain(int bits) => bits == 16 ? new BmpLayout(2, default, 5) : new BmpLayout(bits / 8, (2, 1, 0));

    private static BmpLayout? Masked(int bits, (uint Red, uint Green, uint Blue, uint Alpha) masks) =>
        (bits, masks) switch
        {
            (32, (0xFF0000, 0xFF00, 0xFF, 0 or 0xFF000000) or (0, 0, 0, 0)) => new BmpLayout(4, (2, 1, 0)),
            (32, (0xFF000000, 0xFF0000, 0xFF00, 0 or 0xFF)) => new BmpLayout(4, (3, 2, 1)),
            (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)) => new BmpLayout(4, (0, 1, 2)),
            (24, (0xFF0000, 0xFF00, 0xFF, _)) => new BmpLayout(3, (2, 1, 0)),
            (16, (0xF800, 0x7E0, 0x1F, _)) => new BmpLayout(2, default, 6),
            (16, (0x7C00, 0x3E0, 0x1F, _)) => new BmpLayout(2, default, 5),
            _ => null,
        };

    private void Widen(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        int mostGreen = (1 << _greenBits) - 1;
        for (int to = 0, from = 0; to < rgb.Length; to += 3, from += 2)
        {
            int pixel = BinaryPrimitives.ReadUInt16LittleEndian(row[from..]);
            rgb[to] = (byte)(((pixel >> (5 + _greenBits)) & 31) * 255 / 31);
            rgb[to + 1] = (byte)(((pixel >> 5) & mostGreen) * 255 / mostGreen);
            rgb[to + 2] = (byte)((pixel & 31) * 255 / 31);
        }
    }
}
