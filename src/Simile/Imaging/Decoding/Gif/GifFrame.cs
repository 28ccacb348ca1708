namespace Simile.Imaging.Decoding.Gif;

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
