using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Simile.Caching;

/// <summary>A cache in memory, bounded in bytes. A hit takes no lock.</summary>
/// <remarks>Which entries go is decided by the clock algorithm in each of up to 64 shards: it approximates least recently used with one bit
/// an entry. A shard has an even share of the bound, since keys are digests; an entry larger than that share is not kept.</remarks>
public sealed class MemoryCache : IEmbeddingCache
{
    private const int MaxShards = 64;
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
        var shards = (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)(settled.MaxBytes / SmallestShard)), 1, MaxShards);
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

/// <summary>Options of a <see cref="MemoryCache"/>.</summary>
public sealed record MemoryCacheOptions
{
    /// <summary>The most bytes that entries take, with what the runtime needs to keep them. Default: 256 MB.</summary>
    public long MaxBytes { get; init; } = 256_000_000;

    /// <summary>How values are kept. Default: <see cref="CachePrecision.Float32"/>.</summary>
    public CachePrecision Precision { get; init; }

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public MemoryCacheOptions Checked() =>
        MaxBytes >= 1024 && Enum.IsDefined(Precision)
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"A memory cache of {MaxBytes} bytes with the precision {Precision} was asked for; expected are at least 1,024 bytes "
                    + "and Float32 or Float16."
            );
}

/// <summary>A part of a memory cache: a table read without locks, and a queue that decides what goes.</summary>
/// <remarks>The clock algorithm (second chance; Corbató 1968): the oldest entry goes, unless it was used since it was last looked at; then
/// it goes back to the end of the queue instead.</remarks>
internal sealed class MemoryShard(long maxBytes)
{
    // Measured (bench/caching): slot, value, dictionary node, its share of the table and of the queue, and the header of the array.
    private const int Overhead = 248;
    private const int OverheadOfHalves = Overhead + 32;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<CacheKey, MemorySlot> _slots = new(concurrencyLevel: 1, capacity: 31);
    private readonly Queue<MemorySlot> _order = new();
    private long _bytes;
    private long _evictions;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Evictions => Volatile.Read(ref _evictions);

    public int Entries => _order.Count;

    public CachedEmbedding? Find(in CacheKey key) => _slots.TryGetValue(key, out var slot) ? slot.Use() : null;

    /// <summary>Keeps an entry, a <see cref="CachedEmbedding"/> or a <see cref="HalvedEmbedding"/>. Room is made before it comes in, so the
    /// bound holds at every moment.</summary>
    public void Put(CacheKey key, object value)
    {
        var bytes = BytesOf(value);
        if (bytes > maxBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (_slots.TryGetValue(key, out var slot))
            {
                _bytes += bytes - BytesOf(slot.Value);
                slot.Value = value;
                MakeRoom(0);
                return;
            }

            MakeRoom(bytes);
            slot = new MemorySlot(key, value);
            _slots[key] = slot;
            _order.Enqueue(slot);
            _bytes += bytes;
        }
    }

    private static int BytesOf(object value) =>
        value is CachedEmbedding exact
            ? Overhead + (sizeof(float) * exact.Vector.Length)
            : OverheadOfHalves + (sizeof(ushort) * ((HalvedEmbedding)value).Length);

    private void MakeRoom(int wanted)
    {
        while (_bytes + wanted > maxBytes)
        {
            var oldest = _order.Dequeue();
            if (oldest.TakeUse())
            {
                _order.Enqueue(oldest);
                continue;
            }

            _slots.TryRemove(oldest.Key, out _);
            _bytes -= BytesOf(oldest.Value);
            _evictions++;
        }
    }
}

/// <summary>One entry of a memory cache.</summary>
/// <param name="key">Its key.</param>
/// <param name="value">A <see cref="CachedEmbedding"/>, or a <see cref="HalvedEmbedding"/>: one object to follow, since a hit's time is
/// that of memory.</param>
internal sealed class MemorySlot(CacheKey key, object value)
{
    // Written without a lock by every hit; losing one such write only ages the entry by a round.
    private volatile bool _used;
    private volatile object _value = value;

    public CacheKey Key { get; } = key;

    public object Value
    {
        get => _value;
        set => _value = value;
    }

    /// <summary>What the entry holds, marked as used.</summary>
    public CachedEmbedding Use()
    {
        // Looked at first: a line of memory that is only read is shared by all cores.
        if (!_used)
        {
            _used = true;
        }

        var kept = _value;
        return kept as CachedEmbedding ?? ((HalvedEmbedding)kept).Unpack();
    }

    /// <summary>Whether the entry was used since the last time this was asked.</summary>
    public bool TakeUse()
    {
        var used = _used;
        _used = false;
        return used;
    }
}

/// <summary>A count that many threads raise at once: each processor has a place of its own, on a line of memory of its own.</summary>
internal sealed class StripedCounter
{
    private readonly Stripe[] _stripes = new Stripe[Environment.ProcessorCount];

    public long Value => _stripes.Sum(stripe => stripe.Count);

    public void Increment() => Interlocked.Increment(ref _stripes[Thread.GetCurrentProcessorId() % _stripes.Length].Count);

    public void Add(long count) => Interlocked.Add(ref _stripes[Thread.GetCurrentProcessorId() % _stripes.Length].Count, count);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(64)]
        public long Count;
    }
}
