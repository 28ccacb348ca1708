using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Reads bits, the least significant of a byte first. Behind the end come zeros, and <see cref="IsPastEnd"/> says that some were
/// used.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private ulong _window;
    private int _count;
    private int _position;
    private int _invented;

    /// <summary>Whether more bits were used than there are.</summary>
    public readonly bool IsPastEnd => _invented > _count;

    /// <summary>The next bits; as many are good as <see cref="Fill"/> fetched less those dropped since.</summary>
    public readonly uint Peek => (uint)_window;

    /// <summary>Fetches, so that at least 56 bits can be peeked at and dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill()
    {
        if (_position <= _data.Length - sizeof(ulong))
        {
            // Bits above the count are those of the bytes that follow; fetching them again changes nothing.
            _window |= BinaryPrimitives.ReadUInt64LittleEndian(_data[_position..]) << _count;
            _position += (63 - _count) >> 3;
            _count |= 56;
        }
        else
        {
            FillAtEnd();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Drop(int bits)
    {
        _window >>= bits;
        _count -= bits;
    }

    /// <summary>Up to 24 of the bits that were fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int bits)
    {
        var value = (int)(Peek & ((1u << bits) - 1));
        Drop(bits);
        return value;
    }

    /// <summary>Fetches and takes up to 24 bits.</summary>
    public int Read(int bits)
    {
        Fill();
        return Take(bits);
    }

    public bool Flag() => Read(1) != 0;

    private void FillAtEnd()
    {
        for (; _count < 56; _count += 8)
        {
            if (_position < _data.Length)
            {
                _window |= (ulong)_data[_position++] << _count;
            }
            else
            {
                _invented += 8;
            }
        }
    }
}
