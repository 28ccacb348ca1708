using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>The file, how far it is read, and a marker that is read but not yet acted upon.</summary>
internal ref struct JpegInput(ReadOnlySpan<byte> file)
{
    private readonly ReadOnlySpan<byte> _file = file;
    private int _position;

    /// <summary>A marker that ended compressed data, or 0. Nothing is read past it until somebody has taken it.</summary>
    public byte Pending { get; set; }

    /// <summary>Bytes not yet read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _file[_position..];

    /// <summary>Whether something was asked for that lies behind the file's end.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The pending marker, or the next one; whatever lies before it is passed over.</summary>
    public byte TakeMarker()
    {
        byte marker = Pending != 0 ? Pending : NextMarker();
        Pending = 0;
        return marker;
    }

    /// <summary>The next marker of the file.</summary>
    public byte NextMarker()
    {
        while (true)
        {
            int at = Rest.IndexOf((byte)0xFF);
            Skip(at < 0 ? Rest.Length : at);
            int fill = Rest.IndexOfAnyExcept((byte)0xFF);
            if (fill < 0)
            {
                throw Ended();
            }

            byte marker = Rest[fill];
            Skip(fill + 1);
            if (marker != 0)
            {
                return marker;
            }
        }
    }

    /// <summary>What a marker segment holds, behind its length. A length below 2 counts as 2, as readers in use take it.</summary>
    public ReadOnlySpan<byte> TakeSegment(out int claimed)
    {
        Require(2);
        claimed = BinaryPrimitives.ReadUInt16BigEndian(Rest);
        int length = Math.Max(claimed, 2);
        Require(length);
        ReadOnlySpan<byte> segment = Rest[2..length];
        Skip(length);
        return segment;
    }

    /// <summary>The same for segments whose length must be true.</summary>
    public ReadOnlySpan<byte> TakeSegment()
    {
        ReadOnlySpan<byte> segment = TakeSegment(out int claimed);
        return claimed >= 2 ? segment : throw ImageErrors.Damaged($"a segment claims {claimed} bytes; 2 is the least");
    }

    /// <summary>Insists that so many bytes are left.</summary>
    public void Require(int bytes)
    {
        if (Rest.Length < bytes)
        {
            throw Ended();
        }
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(int bytes) => _position += bytes;

    /// <summary>The error of a file that ends before its picture does.</summary>
    public static SimileException EndsEarly() => ImageErrors.Damaged("the JPEG file ends before its picture does");

    private SimileException Ended()
    {
        HasEnded = true;
        return EndsEarly();
    }
}
