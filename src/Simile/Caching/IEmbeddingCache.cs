namespace Simile.Caching;

/// <summary>Keeps vectors by key, within a bound. Safe to call from many threads. Every implementation passes the tests of
/// <c>EmbeddingCacheSuite</c>.</summary>
public interface IEmbeddingCache : IDisposable
{
    /// <summary>What each tier has done so far, nearest first.</summary>
    IReadOnlyList<CacheTier> Tiers { get; }

    /// <summary>Looks keys up.</summary>
    /// <param name="keys">The keys (N).</param>
    /// <param name="found">(N) places: an empty one (null) gets what is kept under its key, or stays empty. A place that is not empty is
    /// left alone.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <remarks>An entry whose bytes are damaged is no hit; it is taken out.</remarks>
    /// <exception cref="SimileException"><see cref="ErrorCode.CacheUnavailable"/>; places filled until then stay filled.</exception>
    ValueTask GetAsync(ReadOnlyMemory<CacheKey> keys, Memory<CachedEmbedding?> found, CancellationToken cancellationToken = default);

    /// <summary>Keeps entries, in the place of others under the same keys, and makes room for them. One larger than the bound is not
    /// kept.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.CacheUnavailable"/>.</exception>
    ValueTask SetAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default);
}

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

/// <summary>What one tier of a cache has done so far, in this process.</summary>
/// <param name="Name">The tier: <c>memory</c>, <c>sqlite</c>.</param>
/// <param name="Hits">Keys it was asked for and had.</param>
/// <param name="Misses">Keys it was asked for and did not have.</param>
/// <param name="Evictions">Entries it dropped to stay within its bound.</param>
/// <param name="Repairs">Damaged entries it found and took out.</param>
/// <param name="Entries">Entries it holds now.</param>
/// <param name="Bytes">Bytes it takes now, by its own account.</param>
public sealed record CacheTier(string Name, long Hits, long Misses, long Evictions, long Repairs, long Entries, long Bytes);
