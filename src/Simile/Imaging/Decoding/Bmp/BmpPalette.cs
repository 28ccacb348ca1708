namespace Simile.Imaging.Decoding.Bmp;

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
