using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Bmp;

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
