namespace Simile.Caching;

/// <summary>What a cache keeps of one input: its vector and its counts, and nothing of the input itself.</summary>
/// <param name="Vector">The vector (D). Never changed once it is here.</param>
/// <param name="TokensSeen">Tokens the whole input has.</param>
/// <param name="TokensUsed">Tokens that went into the vector.</param>
/// <param name="Truncated">Whether something was cut off because of the token limit.</param>
public sealed record CachedEmbedding(ReadOnlyMemory<float> Vector, int TokensSeen, int TokensUsed, bool Truncated)
{
    /// <summary>Whether the vector went through 16 bits, so that its length is no longer exactly what it was.</summary>
    public bool IsRounded { get; init; }
}

/// <summary>A key with what is to be kept under it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">What is kept.</param>
public sealed record CacheEntry(CacheKey Key, CachedEmbedding Value);
