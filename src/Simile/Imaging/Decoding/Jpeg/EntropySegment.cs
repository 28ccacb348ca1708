using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>The compressed data up to the next marker, and what happens where it is too short or its restart markers are wrong: all as
/// libjpeg has it.</summary>
internal sealed class EntropySegment
{
    // libjpeg reads ahead in steps of 57 bits or more, and takes a file for truncated when a step finds its end before a marker.
    private const int ReadAhead = 57;

    private readonly int _restartInterval;
    private byte[] _bytes;
    private long _end;
    private bool _endsFile;
    private int _untilRestart;
    private int _nextRestart;

    /// <summary>Opens the data of a scan.</summary>
    /// <param name="input">The file, at the first byte of the scan's data.</param>
    /// <param name="restartInterval">MCUs between restart markers; 0 for none.</param>
    /// <param name="bytes">Room of an earlier scan, which this one takes over.</param>
    public EntropySegment(ref JpegInput input, int restartInterval, byte[] bytes)
    {
        _bytes = bytes;
        _restartInterval = restartInterval;
        _untilRestart = restartInterval;
        Open(ref input);
    }

    /// <summary>The bits. A field, so that it can be copied out and back.</summary>
    public BitReader Bits;

    /// <summary>Whether the data ran out; MCUs stay as they are until the next restart.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Whether nothing more can come in this scan.</summary>
    public bool ExhaustedForGood => Exhausted && _restartInterval == 0;

    /// <summary>Whether restart markers are in use.</summary>
    public bool Restarts => _restartInterval > 0;

    /// <summary>The room for bytes, for the next scan.</summary>
    public byte[] Room => _bytes;

    /// <summary>Before an MCU: goes past a restart marker when one is due.</summary>
    /// <returns>Whether there was one: predictions begin anew.</returns>
    public bool Advance(ref JpegInput input)
    {
        if (_restartInterval == 0 || _untilRestart-- > 0)
        {
            return false;
        }

        _untilRestart = _restartInterval - 1;
        FindRestart(ref input);
        return true;
    }

    /// <summary>After an MCU: notes whether it took more bits than there were.</summary>
    /// <exception cref="SimileException">SIM112: the file ended.</exception>
    public void Check()
    {
        if (Bits.Consumed <= _end)
        {
            return;
        }

        if (_endsFile)
        {
            throw JpegInput.EndsEarly();
        }

        Exhausted = true;
    }

    private void FindRestart(ref JpegInput input)
    {
        if (input.Pending == 0)
        {
            input.Pending = input.NextMarker();
        }

        RestartSearch.Settle(ref input, _nextRestart);
        _nextRestart = (_nextRestart + 1) & 7;
        Exhausted &= input.Pending != 0;
        Open(ref input);
    }

    private void Open(ref JpegInput input)
    {
        int length = 0;
        if (input.Pending == 0)
        {
            int room = input.Rest.Length + BitReader.Padding;
            if (_bytes.Length < room)
            {
                _bytes = GC.AllocateUninitializedArray<byte>(room);
            }

            length = Unstuff(ref input, _bytes);
        }

        _bytes.AsSpan(length, BitReader.Padding).Clear();
        _endsFile = input.Pending == 0;
        _end = (8L * length) - (_endsFile ? ReadAhead : 0);
        Bits = new BitReader(_bytes);
    }

    private static int Unstuff(ref JpegInput input, Span<byte> target)
    {
        int length = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = input.Rest;
            int plain = rest.IndexOf((byte)0xFF);
            plain = plain < 0 ? rest.Length : plain;
            rest[..plain].CopyTo(target[length..]);
            length += plain;
            // Readers in use take any number of 0xFF before a zero as one byte of data.
            int fill = rest[plain..].IndexOfAnyExcept((byte)0xFF);
            if (fill < 0)
            {
                input.Skip(rest.Length);
                return length;
            }

            byte marker = rest[plain + fill];
            input.Skip(plain + fill + 1);
            if (marker != 0)
            {
                input.Pending = marker;
                return length;
            }

            target[length++] = 0xFF;
        }
    }
}

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

/// <summary>Reads bits, most significant first, from bytes that are free of stuffing and end in <see cref="Padding"/> zeros. Copy it into a
/// local in hot loops.</summary>
internal struct BitReader(byte[] bytes)
{
    /// <summary>Zero bytes behind the data: more than the longest MCU can take (10 blocks of 64 codes, 32 bits each), and a word.</summary>
    public const int Padding = (10 * 64 * 4) + 64;

    private readonly byte[] _bytes = bytes;
    private int _position;
    private int _count;
    private ulong _buffer;

    /// <summary>Bits read so far.</summary>
    public readonly long Consumed => (8L * _position) - _count;

    /// <summary>Sees to it that at least 32 bits are at hand: a code and its value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill()
    {
        if (_count < 32)
        {
            _buffer |= BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(_position)) >> _count;
            _position += (63 - _count) >> 3;
            _count |= 56;
        }
    }

    /// <summary>The next bits, left in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Peek(int bits) => (int)(_buffer >> (64 - bits));

    /// <summary>Passes over bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Drop(int bits)
    {
        _buffer <<= bits;
        _count -= bits;
    }

    /// <summary>Reads bits, at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int bits)
    {
        int value = Peek(bits);
        Drop(bits);
        return value;
    }

    /// <summary>Reads as many bits as a size says, and the value they stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeValue(int size) => HuffmanTable.Extend(Take(size), size);

    /// <summary>Decodes a symbol; 32 bits or more were at hand, 15 or more are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeSymbol(HuffmanTable table) => TakeSymbol(table, table.Codes[Peek(HuffmanTable.LookupBits)]);

    /// <summary>The same, after the look-up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeSymbol(HuffmanTable table, int entry)
    {
        if (entry == 0)
        {
            int symbol = table.LongSymbol(Peek(16), out int length);
            Drop(length);
            return symbol;
        }

        Drop(entry & 0x7F);
        return entry >> 8;
    }
}

/// <summary>Decides what a marker means that stands where a restart marker is due: libjpeg's strategy.</summary>
internal static class RestartSearch
{
    /// <summary>Takes the pending marker if data follow it that belong here; leaves it pending if the data due are missing.</summary>
    /// <param name="input">The file; a marker is pending.</param>
    /// <param name="due">The number of the restart marker that is due, 0 to 7.</param>
    public static void Settle(ref JpegInput input, int due)
    {
        while (IsBehind(input.Pending, due))
        {
            input.Pending = input.NextMarker();
        }

        if (!IsAhead(input.Pending, due))
        {
            input.Pending = 0;
        }
    }

    // One of the last two restart markers, or no marker of T.81: the one that is due may still come.
    private static bool IsBehind(byte marker, int due) =>
        marker < Marker.BaselineFrame || (IsRestart(marker) && ((due - marker) & 7) is 1 or 2);

    // One of the next two, or the scan has ended: a segment is lost.
    private static bool IsAhead(byte marker, int due) => !IsRestart(marker) || ((marker - due) & 7) is 1 or 2;

    private static bool IsRestart(byte marker) => marker is >= Marker.FirstRestart and <= Marker.LastRestart;
}
