namespace Simile.Imaging.Decoding.Gif;

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
