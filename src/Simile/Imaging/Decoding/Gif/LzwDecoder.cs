namespace Simile.Imaging.Decoding.Gif;

/// <summary>Expands LZW codes (GIF89a, appendix F). A full table stays as it is until the next clear code.</summary>
internal sealed class LzwDecoder(int rootBits)
{
    private const int MostBits = 12;
    private const int TableSize = 1 << MostBits;
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
            if (_next == (1 << _size) - 1 && _size < MostBits)
            {
                _size++;
            }
            _next++;
        }
        _previous = code;
    }

    private static SimileException Broken() => ImageErrors.Damaged("its pixels hold a code that does not exist yet");
}
