using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Reads bits of known probability (RFC 6386, 7). A struct, so that loops can keep it in registers.</summary>
internal struct BoolDecoder(byte[] data, int start, int end)
{
    private const int LoadBits = 56;
    private readonly byte[] _data = data;
    private readonly int _end = end;
    private int _position = start;
    private ulong _value;
    private uint _range = 254; // one less than RFC 6386's, as the smallest split that leaves something is 1
    private int _bits = -8; // of the value, below the 8 that are compared next

    /// <summary>Whether bits behind the end were used.</summary>
    public bool IsPastEnd { get; private set; }

    /// <summary>Reads a bit that is 0 with a probability of so many in 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Bit(uint probability)
    {
        if (_bits < 0)
        {
            Load();
        }

        var split = (_range * probability) >> 8;
        var isOne = (uint)(_value >> _bits) > split;
        uint range;
        if (isOne)
        {
            range = _range - split;
            _value -= (ulong)(split + 1) << _bits;
        }
        else
        {
            range = split + 1;
        }

        var shift = 7 ^ BitOperations.Log2(range);
        _range = (range << shift) - 1;
        _bits -= shift;
        return isOne;
    }

    /// <summary>The value, or its opposite if the next bit says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Signed(int value)
    {
        if (_bits < 0)
        {
            Load();
        }

        // As Bit(128), without its branch: the sign of a coefficient cannot be guessed.
        var split = _range >> 1;
        var mask = (int)(split - (uint)(_value >> _bits)) >> 31;
        _bits--;
        _range = (_range + (uint)mask) | 1;
        _value -= (ulong)((split + 1) & (uint)mask) << (_bits + 1);
        return (value ^ mask) - mask;
    }

    public bool Flag() => Bit(128);

    /// <summary>A number of so many bits.</summary>
    public int Literal(int bits)
    {
        var value = 0;
        for (; bits > 0; bits--)
        {
            value = (value << 1) | (Flag() ? 1 : 0);
        }

        return value;
    }

    /// <summary>A number of so many bits and a sign.</summary>
    public int SignedLiteral(int bits)
    {
        var value = Literal(bits);
        return Flag() ? -value : value;
    }

    /// <summary>A signed number if a flag says that there is one.</summary>
    public int OptionalSigned(int bits) => Flag() ? SignedLiteral(bits) : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Load()
    {
        if (_position <= _end - sizeof(ulong))
        {
            _value = (_value << LoadBits) | (BinaryPrimitives.ReadUInt64BigEndian(_data.AsSpan(_position)) >> 8);
            _position += LoadBits / 8;
            _bits += LoadBits;
        }
        else if (_position < _end)
        {
            _value = (_value << 8) | _data[_position++];
            _bits += 8;
        }
        else if (!IsPastEnd)
        {
            _value <<= 8;
            _bits += 8;
            IsPastEnd = true;
        }
        else
        {
            _bits = 0;
        }
    }
}
