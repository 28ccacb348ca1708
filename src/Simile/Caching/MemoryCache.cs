using System.Numerics;
using System.Runtime.InteropServices;

namespace Simile.Caching;

/// <summary>A cache in memory, bounded in bytes. A hit takes no lock.</summary>
/// <remarks>Which entries go is decided by the clock algorithm in each of up to 64 shards: it approximates least recently used with one bit
/// an entry. A shard has an even share of the bound, since keys are digests; an entry larger than that share is not kept.</remarks>
public sealed class MemoryCache : IEmbeddingCache
{
    private const int MostShards = 64;
    private const long SmallestShard = 1 << 20;
    private readonly MemoryShard[] _shards;
    private readonly CachePrecision _precision;
    private readonly StripedCounter _hits = new();
    private readonly StripedCounter _misses = new();

    /// <summary>Makes an empty cache.</summary>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public MemoryCache(MemoryCacheOptions? options = null)
    {
        var settled = (options ?? new MemoryCacheOptions()).Checked();
        _precision = settled.Precision;
        var shards = (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)(settled.MaxBytes / SmallestShard)), 1, MostShards);
        _shards = [.. Enumerable.Range(0, shards).Select(_ => new MemoryShard(settled.MaxBytes / shards))];
    }

    /// <summary>Bytes that entries take now.</summary>
    public long Bytes => _shards.Sum(shard => shard.Bytes);

    /// <inheritdoc/>
    public IReadOnlyList<CacheTier> Tiers =>
        [
            new CacheTier(
                "memory",
                _hits.Value,
                _misses.Value,
                _shards.Sum(shard => shard.Evictions),
                0,
                _shards.Sum(shard => (long)shard.Entries),
                Bytes
            ),
        ];

    /// <summary>What is kept under a key, or null.</summary>
    public CachedEmbedding? Find(in CacheKey key)
    {
        var value = ShardOf(key).Find(key);
        (value is null ? _misses : _hits).Increment();
        return value;
    }

    /// <inheritdoc/>
    public ValueTask GetAsync(ReadOnlyMemory<CacheKey> keys, Memory<CachedEmbedding?> found, CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            found.Span[i] ??= Find(keys.Span[i]);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            ShardOf(entry.Key).Put(entry.Key, HalvedEmbedding.Pack(Own(entry.Value), _precision));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Memory goes when nobody holds the cache any more.
    }

    // A slice would keep all of the array that it is cut from.
    private static CachedEmbedding Own(CachedEmbedding value) =>
        MemoryMarshal.TryGetArray(value.Vector, out var array) && array.Count == array.Array!.Length
            ? value
            : value with
            {
                Vector = value.Vector.ToArray(),
            };

    private MemoryShard ShardOf(in CacheKey key) => _shards[key.Prefix & (ulong)(_shards.Length - 1)];
}
