using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Bmp;

/// <summary>The headers (Windows GDI, BITMAPFILEHEADER to BITMAPV5HEADER; OS/2 1.x and 2.x), as Pillow understands them.</summary>
internal sealed class BmpHeader
{
    private const int FileHead = 14;
    private const int CoreLength = 12;
    private const int MaxColours = 65536;

    private BmpHeader() { }

    public long Width { get; private init; }

    public long Height { get; private init; }

    public bool TopDown { get; private init; }

    public int Bits { get; private init; }

    public BmpCompression Compression { get; private init; }

    /// <summary>Colours of the palette, as the file claims or the bits imply.</summary>
    public long Colours { get; private init; }

    /// <summary>Bytes of a colour in the palette.</summary>
    public int ColourBytes { get; private init; } = 4;

    /// <summary>Red, green, blue and alpha within a pixel, where the file says so.</summary>
    public (uint Red, uint Green, uint Blue, uint Alpha) Masks { get; private init; }

    /// <summary>Where the palette begins.</summary>
    public int PaletteStart { get; private init; }

    /// <summary>Where the pixels begin; 0 where they follow the palette.</summary>
    public long PixelStart { get; private init; }

    /// <summary>Bytes from one row to the next.</summary>
    public long Stride => ((Width * Bits) + 31) / 32 * 4;

    /// <summary>Reads the headers.</summary>
    public static BmpHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHead + 4)
        {
            throw ImageErrors.Damaged("it ends within its header");
        }
        uint length = UInt32(file, FileHead);
        if (length > file.Length - FileHead)
        {
            throw ImageErrors.Damaged($"its header claims {length} bytes");
        }
        BmpHeader header = length switch
        {
            CoreLength => Core(file),
            40 or 64 or 108 or 124 => Info(file, (int)length),
            _ => throw ImageErrors.Unsupported($"its BMP header has {length} bytes; those of 12, 40, 64, 108 and 124 are read"),
        };
        return header.Bits is 1 or 4 or 8 or 16 or 24 or 32
            ? header
            : throw ImageErrors.Unsupported($"it is a BMP with {header.Bits} bits to a pixel");
    }

    /// <summary>Whether the number of colours is one that Pillow reads.</summary>
    public void CheckColours()
    {
        if (Colours is <= 0 or > MaxColours)
        {
            throw ImageErrors.Unsupported($"its palette claims {Colours} colours");
        }
    }

    private static BmpHeader Core(ReadOnlySpan<byte> file)
    {
        int bits = UInt16(file, 24);
        return new BmpHeader
        {
            Width = UInt16(file, 18),
            Height = UInt16(file, 20),
            Bits = bits,
            Colours = ColoursOf(bits, 0),
            ColourBytes = 3,
            PaletteStart = FileHead + CoreLength,
            PixelStart = PixelStartOf(file, CoreLength, bits, ColoursOf(bits, 0)),
        };
    }

    private static BmpHeader Info(ReadOnlySpan<byte> file, int length)
    {
        int bits = UInt16(file, 28);
        long colours = ColoursOf(bits, UInt32(file, 46));
        bool topDown = file[25] == 0xFF;
        var compression = (BmpCompression)UInt32(file, 30);
        // After a header of 40 bytes the masks stand by themselves.
        int extra = compression == BmpCompression.BitFields && length == 40 ? 12 : 0;
        if (file.Length < FileHead + length + extra)
        {
            throw ImageErrors.Damaged("it ends within its masks");
        }
        return new BmpHeader
        {
            Width = UInt32(file, 18),
            Height = topDown ? (1L << 32) - UInt32(file, 22) : UInt32(file, 22),
            TopDown = topDown,
            Bits = bits,
            Compression = compression,
            Colours = colours,
            Masks = compression == BmpCompression.BitFields ? MasksOf(file, length) : default,
            PaletteStart = FileHead + length + extra,
            PixelStart = PixelStartOf(file, length, bits, colours),
        };
    }

    private static (uint Red, uint Green, uint Blue, uint Alpha) MasksOf(ReadOnlySpan<byte> file, int length) =>
        (UInt32(file, 54), UInt32(file, 58), UInt32(file, 62), length == 40 ? 0 : UInt32(file, 66));

    private static long ColoursOf(int bits, uint claimed) => claimed != 0 ? claimed : 1L << Math.Min(bits, 32);

    // Some writers forget the palette when they say where the pixels begin.
    private static long PixelStartOf(ReadOnlySpan<byte> file, int length, int bits, long colours)
    {
        long start = UInt32(file, 10);
        return start == FileHead + length && bits <= 8 ? start + (4 * colours) : start;
    }

    private static uint UInt32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);

    private static int UInt16(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);
}

/// <summary>How pixels are stored.</summary>
internal enum BmpCompression : uint
{
    None = 0,
    RunLength8 = 1,
    RunLength4 = 2,
    BitFields = 3,
}
