using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.WebP;

/// <summary>A place in a RIFF file that moves from chunk to chunk and never past the end that the file declares.</summary>
internal ref struct ChunkReader
{
    public const int HeaderBytes = 8;
    private const uint LargestPayload = uint.MaxValue - HeaderBytes - 1;
    private readonly ReadOnlySpan<byte> _file;

    /// <summary>Takes the file behind "RIFF", its size and "WEBP".</summary>
    public ChunkReader(ReadOnlySpan<byte> file)
    {
        var size = file.Length < 12 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (size < HeaderBytes || size > LargestPayload || (long)size + HeaderBytes > file.Length)
        {
            throw ImageErrors.Damaged($"it declares {size} bytes and has {file.Length - HeaderBytes}");
        }

        _file = file[..(int)(size + HeaderBytes)];
        Position = 12;
    }

    /// <summary>The byte that is read next.</summary>
    public int Position { get; private set; }

    public readonly int Remaining => _file.Length - Position;

    public readonly ReadOnlySpan<byte> Rest => _file[Position..];

    /// <summary>Reads a chunk's name and size.</summary>
    /// <returns>The name, the size, and the size rounded up to an even number; all its bytes are there.</returns>
    public (uint Name, int Size, int Padded) Header()
    {
        Require(HeaderBytes);
        var name = BinaryPrimitives.ReadUInt32LittleEndian(Rest);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(Rest[4..]);
        Position += HeaderBytes;
        var padded = (long)size + (size & 1);
        if (padded > Remaining)
        {
            throw ImageErrors.Damaged($"a chunk declares {size} bytes where {Remaining} are left");
        }

        return (name, (int)size, (int)padded);
    }

    /// <summary>Goes back to before a header just read.</summary>
    public void BackToHeader() => Position -= HeaderBytes;

    public void Skip(int bytes)
    {
        Require(bytes);
        Position += bytes;
    }

    public int Byte()
    {
        Require(1);
        return _file[Position++];
    }

    public int UInt24()
    {
        Require(3);
        var value = _file[Position] | (_file[Position + 1] << 8) | (_file[Position + 2] << 16);
        Position += 3;
        return value;
    }

    private readonly void Require(int bytes)
    {
        if (Remaining < bytes)
        {
            throw ImageErrors.Damaged("it ends within a chunk");
        }
    }
}
