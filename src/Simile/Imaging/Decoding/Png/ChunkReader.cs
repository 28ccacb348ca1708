using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Png;

/// <summary>One chunk's place in the file.</summary>
/// <param name="Type">Its four letters.</param>
/// <param name="Start">Where its data begin.</param>
/// <param name="Length">What it claims to be long; the file may end before.</param>
internal readonly record struct Chunk(uint Type, int Start, uint Length);

/// <summary>Walks from chunk to chunk.</summary>
internal ref struct ChunkReader(ReadOnlySpan<byte> file, int position)
{
    private const int HeadLength = 8;
    private const int CrcLength = 4;
    private readonly ReadOnlySpan<byte> _file = file;

    /// <summary>The next chunk to be read begins here; may lie behind the file's end.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Whether the data of the chunk passed over last go on behind the file's end.</summary>
    public readonly bool IsBehindEnd => Position - CrcLength > _file.Length;

    /// <summary>The next chunk, which is then passed over; false at the file's end and where no chunk can begin.</summary>
    public bool TryNext(out Chunk chunk)
    {
        chunk = default;
        if (Position + HeadLength > _file.Length)
        {
            return false;
        }
        int start = (int)Position;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_file[start..]);
        ReadOnlySpan<byte> type = _file.Slice(start + 4, 4);
        if (!AreLetters(type))
        {
            return false;
        }
        chunk = new Chunk(BinaryPrimitives.ReadUInt32BigEndian(type), start + HeadLength, length);
        Position += HeadLength + (long)length + CrcLength;
        return true;
    }

    /// <summary>A chunk's data, all of them.</summary>
    public readonly ReadOnlySpan<byte> Data(in Chunk chunk) =>
        chunk.Length <= _file.Length - chunk.Start
            ? _file.Slice(chunk.Start, (int)chunk.Length)
            : throw ImageErrors.Damaged($"its {Name(chunk)} chunk claims {chunk.Length} bytes, and {_file.Length - chunk.Start} are left");

    /// <summary>As much of a chunk's data as there is.</summary>
    public readonly Range Available(in Chunk chunk) => chunk.Start..(int)Math.Min(_file.Length, chunk.Start + (long)chunk.Length);

    /// <summary>The same as bytes.</summary>
    public readonly ReadOnlySpan<byte> AvailableData(in Chunk chunk) => _file[Available(chunk)];

    /// <summary>Compares a chunk's checksum.</summary>
    public readonly void CheckCrc(in Chunk chunk)
    {
        long end = chunk.Start + (long)chunk.Length;
        if (
            end + CrcLength > _file.Length
            || BinaryPrimitives.ReadUInt32BigEndian(_file[(int)end..]) != Crc32.Of(_file[(chunk.Start - 4)..(int)end])
        )
        {
            throw ImageErrors.Damaged($"the checksum of its {Name(chunk)} chunk is wrong");
        }
    }

    private static bool AreLetters(ReadOnlySpan<byte> type)
    {
        foreach (byte letter in type)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter != '_')
            {
                return false;
            }
        }
        return true;
    }

    private static string Name(in Chunk chunk) =>
        string.Create(
            4,
            chunk.Type,
            static (name, type) =>
            {
                for (int i = 0; i < name.Length; i++)
                {
                    name[i] = (char)(byte)(type >> (24 - (8 * i)));
                }
            }
        );
}
