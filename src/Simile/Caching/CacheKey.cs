using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Simile.Caching;

/// <summary>A SHA-256 digest of everything a vector depends on: recipe, space, purpose, options and the raw input.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct CacheKey
{
    /// <summary>Bytes a key has.</summary>
    public const int Size = 32;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <summary>Takes a digest.</summary>
    /// <param name="digest">32 bytes.</param>
    public CacheKey(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != Size)
        {
            throw new ArgumentException($"A key has {Size} bytes, not {digest.Length}.", nameof(digest));
        }

        _first = BinaryPrimitives.ReadUInt64LittleEndian(digest);
        _second = BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]);
        _third = BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]);
        _fourth = BinaryPrimitives.ReadUInt64LittleEndian(digest[24..]);
    }

    /// <summary>The first eight bytes as a number, evenly spread.</summary>
    public ulong Prefix => _first;

    /// <summary>Writes the 32 bytes of the digest.</summary>
    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, _first);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], _second);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], _third);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], _fourth);
    }

    /// <summary>The 32 bytes of the digest.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(CacheKey other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    // Shards are chosen by the first eight bytes, so the second eight tell the keys of one shard apart. A digest needs no further mixing.
    /// <inheritdoc/>
    public override int GetHashCode() => (int)_second;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
