using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Simile.Vectors;

namespace Simile.Caching;

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
