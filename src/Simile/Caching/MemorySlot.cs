namespace Simile.Caching;

/// <summary>One entry of a memory cache.</summary>
internal sealed class MemorySlot(CacheKey key, PackedEmbedding value)
{
    // Written without a lock by every hit; losing one such write only ages the entry by a round.
    private volatile bool _used;
    private volatile PackedEmbedding _value = value;

    public CacheKey Key { get; } = key;

    public PackedEmbedding Value
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

        return _value.Unpack();
    }

    /// <summary>Whether the entry was used since the last time this was asked.</summary>
    public bool TakeUse()
    {
        var used = _used;
        _used = false;
        return used;
    }
}
