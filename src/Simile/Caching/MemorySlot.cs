namespace Simile.Caching;

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
