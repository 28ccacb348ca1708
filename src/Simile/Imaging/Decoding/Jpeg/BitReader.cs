using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.Jpeg;

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
