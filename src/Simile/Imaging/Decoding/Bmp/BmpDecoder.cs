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
