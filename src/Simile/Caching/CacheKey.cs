using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Simile.Vectors;

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

/// <summary>All of a key but the input: what one call's vectors depend on. Makes the key of each input.</summary>
public sealed class CallKey
{
    private const int LongestOnStack = 1024;
    private readonly byte[] _digest;

    /// <summary>Digests what a call's vectors depend on.</summary>
    /// <param name="recipe">The embedder's recipe.</param>
    /// <param name="space">The space of the answer, which settles the dimensions and the length.</param>
    /// <param name="options">The call's options, for purpose and token limit.</param>
    public CallKey(EmbeddingRecipe recipe, EmbeddingSpace space, EmbedOptions options)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(options);
        var parts = EmbeddingRecipe.Of([
            ("recipe", recipe.Digest),
            ("space", space.Id),
            ("dimensions", Text(space.Dimensions)),
            ("normalize", space.UnitLength.ToString()),
            ("purpose", Text((int)options.Purpose)),
            ("max_tokens", options.MaxTokens is { } limit ? Text(limit) : "none"),
        ]);
        _digest = Convert.FromHexString(parts.Digest);
    }

    /// <summary>The key of one input of the call.</summary>
    /// <param name="modality">What kind of input it is, so that a text never has a picture's key.</param>
    /// <param name="input">The raw input, or a digest of it.</param>
    public CacheKey Of(byte modality, ReadOnlySpan<byte> input)
    {
        var length = CacheKey.Size + 1 + input.Length;
        var rented = length > LongestOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        var bytes = rented is null ? stackalloc byte[LongestOnStack] : rented;
        _digest.CopyTo(bytes);
        bytes[CacheKey.Size] = modality;
        input.CopyTo(bytes[(CacheKey.Size + 1)..]);
        Span<byte> digest = stackalloc byte[CacheKey.Size];
        SHA256.HashData(bytes[..length], digest);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return new CacheKey(digest);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
