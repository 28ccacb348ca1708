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
