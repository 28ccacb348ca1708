namespace Simile.Imaging.Decoding.Gif;

/// <summary>Expands LZW codes (GIF89a, appendix F). A full table stays as it is until the next clear code.</summary>
internal sealed class LzwDecoder(int rootBits)
{
    private const int MaxBits = 12;
    private const int TableSize = 1 << MaxBits;
    private readonly int _clear = 1 << rootBits;
    private readonly byte[] _last = new byte[TableSize];
    private readonly ushort[] _before = new ushort[TableSize];
    private readonly byte[] _text = new byte[TableSize];
    private int _next;
    private int _size;
    private int _previous;
    private byte _first;

    /// <summary>Decodes until the rows are full.</summary>
    public void Decode(ref LzwBits bits, GifRows rows)
    {
        Clear();
        while (!rows.AreFull)
        {
            int code = bits.Take(_size);
            if (code == _clear)
            {
                Clear();
            }
            else if (code == _clear + 1)
            {
                bits.PassEnd();
            }
            else
            {
                rows.Write(_previous < 0 ? Begin(code) : Expand(code));
            }
        }
    }

    private void Clear()
    {
        _next = _clear + 2;
        _size = rootBits + 1;
        _previous = -1;
    }

    private ReadOnlySpan<byte> Begin(int code)
    {
        if (code > _clear)
        {
            throw Broken();
        }
        (_previous, _first) = (code, (byte)code);
        _text[^1] = _first;
        return _text.AsSpan(TableSize - 1);
    }

    // A code's pixels come out last one first.
    private ReadOnlySpan<byte> Expand(int code)
    {
        if (code > _next)
        {
            throw Broken();
        }
        int at = TableSize;
        int rest = code;
        if (code == _next)
        {
            _text[--at] = _first;
            rest = _previous;
        }
        for (; rest >= _clear; rest = _before[rest])
        {
            if (at <= 1 || rest >= TableSize)
            {
                throw Broken();
            }
            _text[--at] = _last[rest];
        }
        _first = (byte)rest;
        _text[--at] = _first;
        Learn(code);
        return _text.AsSpan(at);
    }

    private void Learn(int code)
    {
        if (_next < TableSize)
        {
            (_last[_next], _before[_next]) = (_first, (ushort)_previous);
            if (_next == (1 << _size) - 1 && _size < MaxBits)
            {
                _size++;
            }
            _next++;
        }
        _previous = code;
    }

    private static SimileException Broken() => ImageErrors.Damaged("its pixels hold a code that does not exist yet");
}

/// <summary>The bits of the data's blocks, lowest first.</summary>
internal ref struct LzwBits(ReadOnlySpan<byte> blocks, DecodeBudget budget)
{
    private const int BlocksBetweenChecks = 256;

    // Pillow reads so much at a time, which decides whether it goes on behind an end code.
    private const long Piece = 65536;
    private readonly ReadOnlySpan<byte> _blocks = blocks;
    private long _available = Piece;
    private int _position;
    private int _left;
    private uint _bits;
    private int _count;
    private int _opened;

    /// <summary>The next code.</summary>
    public int Take(int size)
    {
        for (; _count < size; _count += 8)
        {
            while (_left == 0)
            {
                Open();
            }
            _bits |= (uint)_blocks[_position++] << _count;
            _left--;
        }
        int code = (int)(_bits & ((1u << size) - 1));
        _bits >>= size;
        _count -= size;
        return code;
    }

    /// <summary>The data say that they end, and pixels are missing: Pillow goes on if it finds another piece of the file.</summary>
    public void PassEnd()
    {
        if (_available >= _blocks.Length)
        {
            throw TooShort();
        }
        _available += Piece;
    }

    // An empty block ends the data, yet Pillow goes on behind it while pixels are missing.
    private void Open()
    {
        if (_opened++ % BlocksBetweenChecks == 0)
        {
            budget.CheckTime();
        }
        if (_position >= _blocks.Length || _position + _blocks[_position] >= _blocks.Length)
        {
            throw TooShort();
        }
        _left = _blocks[_position++];
        while (_available < _position + _left)
        {
            _available += Piece;
        }
    }

    private static SimileException TooShort() => ImageErrors.Damaged("its pixels end too early");
}
