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
