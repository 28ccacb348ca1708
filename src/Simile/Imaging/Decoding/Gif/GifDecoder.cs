using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Gif;

/// <summary>Reads the first picture of GIF 87a and 89a, on its screen.</summary>
internal sealed class GifDecoder : IImageDecoder
{
    private const int MaxRootBits = 12;
    private const int TableBytes = 32 << 10;

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8);

    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        GifCursor cursor = new(file);
        GifFrame frame = GifFrame.Read(ref cursor);
        RgbImage screen = Canvas.Take(frame.ScreenWidth, frame.ScreenHeight, frame.Width + TableBytes, budget);
        if (frame.Width == 0 || frame.Height == 0 || frame.RootBits > MaxRootBits)
        {
            throw ImageErrors.Damaged($"its picture has {frame.Width} × {frame.Height} pixels and codes of {frame.RootBits} bits");
        }
        if (frame.Width != screen.Width || frame.Height != screen.Height)
        {
            Canvas.Fill(screen.Writable, frame.Colours.Rgb.Slice(frame.Ground * 3, 3));
        }
        LzwBits bits = new(file[cursor.Position..], budget);
        new LzwDecoder(frame.RootBits).Decode(ref bits, new GifRows(frame, screen));
        return new DecodedImage(screen, ImageFormat.Gif);
    }
}

/// <summary>The screen and the first picture on it (GIF89a, 18 to 23), as Pillow understands them.</summary>
internal sealed class GifFrame
{
    private const int HeadLength = 13;

    public int ScreenWidth { get; private set; }

    public int ScreenHeight { get; private set; }

    public int X { get; private set; }

    public int Y { get; private set; }

    public int Width { get; private set; }

    public int Height { get; private set; }

    public bool Interlaced { get; private set; }

    /// <summary>The colours; greys where the file has none.</summary>
    public ColourTable Colours { get; private set; } = ColourTable.Greys(1);

    /// <summary>The index of the screen around the picture: Pillow takes the transparent one, or 0.</summary>
    public int Ground { get; private set; }

    /// <summary>Bits of a pixel, the LZW code's root.</summary>
    public int RootBits { get; private set; }

    /// <summary>Reads up to the picture's data.</summary>
    public static GifFrame Read(ref GifCursor cursor)
    {
        GifFrame frame = new();
        frame.ReadScreen(ref cursor);
        while (cursor.TryByte(out byte mark) && mark != ';')
        {
            if (mark == '!')
            {
                frame.ReadExtension(ref cursor);
            }
            else if (mark == ',')
            {
                frame.ReadPicture(ref cursor);
                return frame;
            }
        }
        throw ImageErrors.Damaged("it holds no picture");
    }

    private void ReadScreen(ref GifCursor cursor)
    {
        ReadOnlySpan<byte> head = cursor.Bytes(HeadLength);
        (ScreenWidth, ScreenHeight) = (GifCursor.Number(head, 6), GifCursor.Number(head, 8));
        ReadPalette(ref cursor, head[10]);
    }

    private void ReadExtension(ref GifCursor cursor)
    {
        byte label = cursor.Bytes(1)[0];
        ReadOnlySpan<byte> block = cursor.Block();
        if (label == 0xFE)
        {
            if (!block.IsEmpty)
            {
                cursor.SkipBlocks();
            }
            return;
        }
        if (label == 0xF9)
        {
            ReadControl(block);
        }
        else if (label == 0xFF)
        {
            ReadApplication(block, ref cursor);
        }
        cursor.SkipBlocks();
    }

    private void ReadControl(ReadOnlySpan<byte> block)
    {
        bool transparent = !block.IsEmpty && (block[0] & 1) != 0;
        if (block.Length < (transparent ? 4 : 3))
        {
            throw ImageErrors.Damaged("its graphic control is too short");
        }
        Ground = transparent ? block[3] : Ground;
    }

    private static void ReadApplication(ReadOnlySpan<byte> block, ref GifCursor cursor)
    {
        if (block.IsEmpty || (block.StartsWith("NETSCAPE2.0"u8) && cursor.Block().IsEmpty))
        {
            throw ImageErrors.Damaged("an application's extension is empty");
        }
    }

    private void ReadPicture(ref GifCursor cursor)
    {
        ReadOnlySpan<byte> head = cursor.Bytes(9);
        (X, Y, Width, Height) = (
            GifCursor.Number(head, 0),
            GifCursor.Number(head, 2),
            GifCursor.Number(head, 4),
            GifCursor.Number(head, 6)
        );
        (ScreenWidth, ScreenHeight) = (Math.Max(ScreenWidth, X + Width), Math.Max(ScreenHeight, Y + Height));
        if (X == 0 && Width == 0)
        {
            // Pillow takes a picture without columns at the left edge for the whole screen.
            (Y, Width, Height) = (0, ScreenWidth, ScreenHeight);
        }
        Interlaced = (head[8] & 0x40) != 0;
        ReadPalette(ref cursor, head[8]);
        RootBits = cursor.Bytes(1)[0];
    }

    // A palette that only says that each index is its own grey counts as none, so that the screen's holds.
    private void ReadPalette(ref GifCursor cursor, byte flags)
    {
        if ((flags & 0x80) == 0)
        {
            return;
        }
        ReadOnlySpan<byte> stored = cursor.Bytes(3 << ((flags & 7) + 1));
        Colours = stored.SequenceEqual(ColourTable.Greys(1).Rgb[..stored.Length]) ? Colours : ColourTable.Of(stored);
    }
}

/// <summary>Takes the first picture's pixels in the order of the file and puts them on the screen, row by row.</summary>
internal sealed class GifRows(GifFrame frame, RgbImage screen)
{
    // First row and step of an interlaced picture's passes (GIF89a, appendix E).
    private static readonly (int First, int Step)[] Passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
    private readonly byte[] _row = new byte[frame.Width];
    private int _x;
    private int _y;
    private int _pass;

    /// <summary>Whether all pixels are there.</summary>
    public bool AreFull { get; private set; }

    /// <summary>Takes pixels; those behind the last row are dropped.</summary>
    public void Write(ReadOnlySpan<byte> indices)
    {
        while (!indices.IsEmpty && !AreFull)
        {
            int count = Math.Min(indices.Length, _row.Length - _x);
            indices[..count].CopyTo(_row.AsSpan(_x));
            indices = indices[count..];
            _x += count;
            if (_x == _row.Length)
            {
                EndRow();
            }
        }
    }

    private void EndRow()
    {
        int at = (((frame.Y + _y) * screen.Width) + frame.X) * 3;
        frame.Colours.LookUp(_row, 8, screen.Writable.Slice(at, _row.Length * 3));
        _x = 0;
        _y += frame.Interlaced ? Passes[_pass].Step : 1;
        while (frame.Interlaced && _y >= frame.Height && ++_pass < Passes.Length)
        {
            _y = Passes[_pass].First;
        }
        AreFull = _y >= frame.Height;
    }
}

/// <summary>Reads a GIF file byte by byte and block by block.</summary>
internal ref struct GifCursor(ReadOnlySpan<byte> file)
{
    private readonly ReadOnlySpan<byte> _file = file;

    /// <summary>The next byte is here.</summary>
    public int Position { get; private set; }

    /// <summary>The next byte; false at the end.</summary>
    public bool TryByte(out byte value)
    {
        bool any = Position < _file.Length;
        value = any ? _file[Position++] : (byte)0;
        return any;
    }

    /// <summary>The next bytes, all of them.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        ReadOnlySpan<byte> bytes = UpTo(count);
        return bytes.Length == count ? bytes : throw ImageErrors.Damaged("it ends before its first picture");
    }

    /// <summary>A block's data: empty where the blocks end.</summary>
    public ReadOnlySpan<byte> Block() => TryByte(out byte length) ? UpTo(length) : default;

    /// <summary>Passes over blocks up to their end.</summary>
    public void SkipBlocks()
    {
        while (!Block().IsEmpty) { }
    }

    /// <summary>A number of two bytes.</summary>
    public static int Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private ReadOnlySpan<byte> UpTo(int count)
    {
        ReadOnlySpan<byte> bytes = _file.Slice(Position, Math.Min(count, _file.Length - Position));
        Position += bytes.Length;
        return bytes;
    }
}
