namespace Simile.Caching;

/// <summary>Caches one behind the other, nearest first: what a farther one has is put into the nearer ones, and new entries go into
/// all.</summary>
public sealed class TieredCache : IEmbeddingCache
{
    private readonly IEmbeddingCache[] _caches;

    /// <summary>Joins caches. They are disposed with this one.</summary>
    /// <param name="caches">At least one, nearest first.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when there is none.</exception>
    public TieredCache(params IEnumerable<IEmbeddingCache> caches)
    {
        _caches = [.. caches];
        if (_caches.Length == 0)
        {
            throw new SimileException(ErrorCode.InvalidOption, "A tiered cache of no caches was asked for; expected is at least one.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CacheTier> Tiers => [.. _caches.SelectMany(cache => cache.Tiers)];

    /// <inheritdoc/>
    public async ValueTask GetAsync(
        ReadOnlyMemory<CacheKey> keys,
        Memory<CachedEmbedding?> found,
        CancellationToken cancellationToken = default
    )
    {
        await _caches[0].GetAsync(keys, found, cancellationToken).ConfigureAwait(false);
        for (var tier = 1; tier < _caches.Length; tier++)
        {
            var missing = Enumerable.Range(0, keys.Length).Where(i => found.Span[i] is null).ToArray();
            if (missing.Length == 0)
            {
                return;
            }

            var promoted = await FindAsync(_caches[tier], missing, keys, found, cancellationToken).ConfigureAwait(false);
            for (var nearer = 0; nearer < tier && promoted.Count > 0; nearer++)
            {
                await _caches[nearer].SetAsync(promoted, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        foreach (var cache in _caches)
        {
            await cache.SetAsync(entries, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_caches, cache => cache.Dispose());

    private static async ValueTask<List<CacheEntry>> FindAsync(
        IEmbeddingCache cache,
        int[] missing,
        ReadOnlyMemory<CacheKey> keys,
        Memory<CachedEmbedding?> found,
        CancellationToken cancellationToken
    )
    {
        var values = new CachedEmbedding?[missing.Length];
        var entries = new List<CacheEntry>();
        await cache.GetAsync(Array.ConvertAll(missing, i => keys.Span[i]), values, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < missing.Length; i++)
        {
            if (values[i] is { } value)
            {
                found.Span[missing[i]] = value;
                entries.Add(new CacheEntry(keys.Span[missing[i]], value));
            }
        }

        return entries;
    }
}
