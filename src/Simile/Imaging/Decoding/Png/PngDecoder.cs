using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Png;

/// <summary>Reads PNG (W3C, third edition), of animations the picture that Pillow shows first.</summary>
internal sealed class PngDecoder : IImageDecoder
{
    private const int ChunksBetweenChecks = 64;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith(Signature);

    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        PngFacts facts = new();
        ChunkReader chunks = new(file, Signature.Length);
        List<Range> parts = [ReadHead(ref chunks, facts, budget)];
        while (ReadPart(ref chunks, facts) is { } part)
        {
            parts.Add(part);
        }
        PngPixels pixels = new(facts, budget);
        RgbImage image = pixels.Decode(file, parts);
        if (pixels.PartsRead < parts.Count && chunks.IsBehindEnd)
        {
            throw ImageErrors.Damaged("its last chunk of pixels is cut off");
        }
        ReadTail(ref chunks, facts, budget);
        return new DecodedImage(image, ImageFormat.Png, PngOrientation.Of(facts.Texts));
    }

    // Up to the first pixels. Pillow compares the checksums of all chunks here, and of none behind.
    private static Range ReadHead(ref ChunkReader chunks, PngFacts facts, DecodeBudget budget)
    {
        for (int count = 0; chunks.TryNext(out Chunk chunk) && chunk.Type != ChunkType.End; count++)
        {
            CheckTime(count, budget);
            if (chunk.Type is ChunkType.Data or ChunkType.FrameData)
            {
                facts.Animation.Begin();
                return Part(chunks, chunk, facts);
            }
            facts.Take(chunk.Type, chunks.Data(chunk));
            chunks.CheckCrc(chunk);
        }
        throw ImageErrors.Damaged("it holds no pixels");
    }

    private static Range? ReadPart(ref ChunkReader chunks, PngFacts facts)
    {
        ChunkReader ahead = chunks;
        if (!ahead.TryNext(out Chunk chunk) || chunk.Type is not (ChunkType.Data or ChunkType.DraftData or ChunkType.FrameData))
        {
            return null;
        }
        chunks = ahead;
        return Part(chunks, chunk, facts);
    }

    private static Range Part(in ChunkReader chunks, in Chunk chunk, PngFacts facts)
    {
        Range bytes = chunks.Available(chunk);
        if (chunk.Type != ChunkType.FrameData)
        {
            return bytes;
        }
        facts.Animation.TakeData(chunks.AvailableData(chunk));
        return (bytes.Start.Value + 4)..bytes.End;
    }

    private static void ReadTail(ref ChunkReader chunks, PngFacts facts, DecodeBudget budget)
    {
        for (int count = 0; chunks.TryNext(out Chunk chunk) && chunk.Type != ChunkType.End; count++)
        {
            CheckTime(count, budget);
            if (chunk.Type == ChunkType.FrameControl && facts.Animation.Moves)
            {
                return;
            }
            ReadOnlySpan<byte> data = chunks.Data(chunk);
            if (chunk.Type == ChunkType.FrameData)
            {
                facts.Animation.TakeData(data);
            }
            else
            {
                facts.Take(chunk.Type, data);
            }
        }
    }

    private static void CheckTime(int chunks, DecodeBudget budget)
    {
        if (chunks % ChunksBetweenChecks == 0)
        {
            budget.CheckTime();
        }
    }
}

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

/// <summary>The chunks that matter, by their four letters as a big-endian number (PNG, third edition, 4.7 and 11).</summary>
internal static class ChunkType
{
    public const uint Header = 0x49484452;
    public const uint Palette = 0x504C5445;
    public const uint Data = 0x49444154;
    public const uint End = 0x49454E44;
    public const uint Transparency = 0x74524E53;
    public const uint Gamma = 0x67414D41;
    public const uint Chromaticity = 0x6348524D;
    public const uint StandardRgb = 0x73524742;
    public const uint PhysicalSize = 0x70485973;
    public const uint Profile = 0x69434350;
    public const uint Text = 0x74455874;
    public const uint CompressedText = 0x7A545874;
    public const uint InternationalText = 0x69545874;
    public const uint Exif = 0x65584966;
    public const uint AnimationControl = 0x6163544C;
    public const uint FrameControl = 0x6663544C;
    public const uint FrameData = 0x66644154;

    /// <summary>Data of a picture that another program has begun to write; Pillow reads it as data.</summary>
    public const uint DraftData = 0x44444154;
}

/// <summary>The checksum of a chunk's type and data (ISO 3309; PNG, annex D).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Remainder((uint)value))];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }
        return ~crc;
    }

    private static uint Remainder(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
        }
        return value;
    }
}
