namespace Simile.Imaging.Decoding.Bmp;

/// <summary>Expands RLE4 and RLE8 as Pillow 9.4 does, its peculiarities included: a jump's distances are the two bytes behind those that
/// the format gives, of an odd number of four-bit pixels the last is lost, and every pixel must be given.</summary>
internal ref struct RunLengths(ReadOnlySpan<byte> file, long start, bool halves, int width, byte[] indices)
{
    private readonly ReadOnlySpan<byte> _file = file;
    private long _position = start;
    private long _count;
    private long _x;

    /// <summary>Fills the indices, in the order of the file.</summary>
    public void Expand(DecodeBudget budget)
    {
        for (int steps = 0; _count < indices.Length && TryPair(out byte first, out byte second); steps++)
        {
            if (steps % 1024 == 0)
            {
                budget.CheckTime();
            }
            if (first > 0)
            {
                Repeat(first, second);
            }
            else if (!TryEscape(second))
            {
                break;
            }
        }
        if (_count < indices.Length)
        {
            throw ImageErrors.Damaged("its pixels end too early");
        }
    }

    private void Repeat(int count, byte value)
    {
        count = (int)Math.Clamp(width - _x, 0, count);
        for (int i = 0; i < count; i++)
        {
            Put(
                !halves ? value
                : i % 2 == 0 ? (byte)(value >> 4)
                : (byte)(value & 15)
            );
        }
        _x += count;
    }

    private bool TryEscape(byte code)
    {
        switch (code)
        {
            case 0:
                Skip((width - (_count % width)) % width);
                _x = 0;
                return true;
            case 1:
                return false;
            case 2:
                return TryJump();
            default:
                return TryLiteral(code);
        }
    }

    private bool TryJump()
    {
        if (!TryPair(out _, out _))
        {
            return false;
        }
        if (!TryPair(out byte right, out byte up))
        {
            throw ImageErrors.Damaged("it ends within a jump");
        }
        Skip(right + ((long)up * width));
        _x = _count % width;
        return true;
    }

    private bool TryLiteral(byte count)
    {
        int bytes = halves ? count / 2 : count;
        for (int i = 0; i < bytes; i++)
        {
            if (_position >= _file.Length)
            {
                return false;
            }
            PutLiteral(_file[(int)_position++]);
        }
        _x += count;
        _position += _position % 2;
        return true;
    }

    private void PutLiteral(byte value)
    {
        if (halves)
        {
            Put((byte)(value >> 4));
            value &= 15;
        }
        Put(value);
    }

    private void Put(byte index)
    {
        if (_count < indices.Length)
        {
            indices[_count] = index;
        }
        _count++;
    }

    private void Skip(long count)
    {
        int from = (int)Math.Min(_count, indices.Length);
        indices.AsSpan(from, (int)Math.Min(count, indices.Length - from)).Clear();
        _count += count;
    }

    private bool TryPair(out byte first, out byte second)
    {
        bool any = _position + 2 <= _file.Length;
        (first, second) = any ? (_file[(int)_position], _file[(int)_position + 1]) : ((byte)0, (byte)0);
        _position += 2;
        return any;
    }
}
