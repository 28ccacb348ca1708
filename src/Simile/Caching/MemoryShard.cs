using System.Collections.Concurrent;

namespace Simile.Caching;

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
