using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Gif;

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
