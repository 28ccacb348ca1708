using System.Collections.Concurrent;

namespace Simile.Caching;

/// <summary>Who embeds what at this moment, so that nothing is embedded twice at once.</summary>
internal sealed class FlightBoard
{
    private readonly ConcurrentDictionary<CacheKey, TaskCompletionSource<CachedEmbedding?>> _flights = new();
    private long _landed;

    /// <summary>Flights that ended so far. Where it stands still between a lookup and a claim, the lookup is not out of date.</summary>
    public long Landed => Volatile.Read(ref _landed);

    /// <summary>Claims a key, unless another has it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="flight">The flight of the one who has it. It ends with the value, or with null when that one failed or was
    /// cancelled.</param>
    public bool TryClaim(CacheKey key, out Task<CachedEmbedding?> flight)
    {
        // Continuations must not run inside the leader's loop of landings.
        var own = new TaskCompletionSource<CachedEmbedding?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var holder = _flights.GetOrAdd(key, own);
        flight = holder.Task;
        return ReferenceEquals(holder, own);
    }

    /// <summary>Gives a claim up, with the value or without.</summary>
    public void Land(CacheKey key, CachedEmbedding? value)
    {
        Interlocked.Increment(ref _landed);
        if (_flights.TryRemove(key, out var flight))
        {
            flight.SetResult(value);
        }
    }
}
