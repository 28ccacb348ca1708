using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Simile.Engine.Kernels;

namespace Simile.Caching;

/// <summary>An entry as bytes, for caches that outlive the process.</summary>
/// <remarks>Little-endian: format (1: 32 bits, 2: 16 bits), flags (1: truncated), tokens seen, tokens used (4 bytes each), the values,
/// CRC-32C of key and all before it (4 bytes).</remarks>
internal static class EmbeddingCodec
{
    private const byte Single = 1;
    private const byte HalfWide = 2;
    private const int HeaderBytes = 10;
    private const int ChecksumBytes = sizeof(uint);

    /// <summary>The bytes of an entry.</summary>
    public static byte[] Encode(CacheEntry entry, CachePrecision precision)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var values = entry.Value.Vector.Span;
        var format = precision == CachePrecision.Float16 && HalfVector.Fits(values) ? HalfWide : Single;
        var bytes = new byte[HeaderBytes + (values.Length * WidthOf(format)) + ChecksumBytes];
        (bytes[0], bytes[1]) = (format, entry.Value.Truncated ? (byte)1 : (byte)0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), entry.Value.TokensSeen);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(6), entry.Value.TokensUsed);
        var payload = bytes.AsSpan(HeaderBytes, values.Length * WidthOf(format));
        if (format == HalfWide)
        {
            HalfVector.Narrow(values, MemoryMarshal.Cast<byte, Half>(payload));
        }
        else
        {
            MemoryMarshal.AsBytes(values).CopyTo(payload);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(bytes.Length - ChecksumBytes),
            Checksum(entry.Key, bytes.AsSpan(0, bytes.Length - ChecksumBytes))
        );
        return bytes;
    }

    /// <summary>The entry that bytes hold, or null when they are damaged or belong to another key.</summary>
    public static CachedEmbedding? TryDecode(CacheKey key, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + ChecksumBytes || bytes[0] is not (Single or HalfWide) || bytes[1] > 1)
        {
            return null;
        }

        var content = bytes[..^ChecksumBytes];
        var payload = content[HeaderBytes..];
        if (
            payload.Length % WidthOf(bytes[0]) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumBytes..]) != Checksum(key, content)
        )
        {
            return null;
        }

        return new CachedEmbedding(
            ValuesOf(bytes[0], payload),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[2..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[6..]),
            bytes[1] == 1
        )
        {
            IsRounded = bytes[0] == HalfWide,
        };
    }

    /// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4) of the key and the bytes.</summary>
    internal static uint Checksum(CacheKey key, ReadOnlySpan<byte> bytes)
    {
        Span<byte> own = stackalloc byte[CacheKey.Size];
        key.CopyTo(own);
        return ~Crc(Crc(uint.MaxValue, own), bytes);
    }

    internal static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }

    private static int WidthOf(byte format) => format == HalfWide ? 2 : sizeof(float);

    private static float[] ValuesOf(byte format, ReadOnlySpan<byte> payload)
    {
        if (format == HalfWide)
        {
            return HalfVector.Widen(MemoryMarshal.Cast<byte, Half>(payload));
        }

        return MemoryMarshal.Cast<byte, float>(payload).ToArray();
    }
}

/// <summary>Vectors in 16-bit floats.</summary>
internal static class HalfVector
{
    // The first value that rounds to infinity.
    private const float TooLarge = 65520;

    /// <summary>Whether every value can be kept in 16 bits; NaN cannot.</summary>
    public static bool Fits(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!(MathF.Abs(value) < TooLarge))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Rounds each value to the nearest, ties to even.</summary>
    public static void Narrow(ReadOnlySpan<float> values, Span<Half> halves)
    {
        for (var i = 0; i < values.Length; i++)
        {
            halves[i] = (Half)values[i];
        }
    }

    /// <summary>The exact values of 16-bit floats that are finite.</summary>
    public static float[] Widen(ReadOnlySpan<Half> halves)
    {
        var values = new float[halves.Length];
        HalfRows.Add(halves, 0, values, 1);
        return values;
    }
}

/// <summary>An entry with its values in 16 bits.</summary>
/// <param name="halves">The values (D).</param>
/// <param name="rest">All but the values.</param>
internal sealed class HalvedEmbedding(Half[] halves, CachedEmbedding rest)
{
    /// <summary>Values (D).</summary>
    public int Length => halves.Length;

    /// <summary>The entry in the precision asked for, or as it is where it does not fit.</summary>
    public static object Pack(CachedEmbedding value, CachePrecision precision)
    {
        if (precision == CachePrecision.Float32 || !HalfVector.Fits(value.Vector.Span))
        {
            return value;
        }

        var halves = new Half[value.Vector.Length];
        HalfVector.Narrow(value.Vector.Span, halves);
        return new HalvedEmbedding(halves, value with { Vector = default, IsRounded = true });
    }

    public CachedEmbedding Unpack() => rest with { Vector = HalfVector.Widen(halves) };
}
