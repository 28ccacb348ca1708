using Simile.Vectors;

namespace Simile.Caching;

/// <summary>Answers one call: looks up, claims what is missing, embeds and keeps it, waits for what others have claimed.</summary>
/// <param name="inner">The embedder.</param>
/// <param name="cache">The cache.</param>
/// <param name="flights">The claims of all calls.</param>
/// <param name="rows">The call's inputs.</param>
/// <param name="options">The call's options.</param>
/// <param name="isUnchanged">Whether an input still has the key it had.</param>
internal sealed class CachedRun<TInput>(
    IEmbedder<TInput> inner,
    IEmbeddingCache cache,
    FlightBoard flights,
    CachedRows<TInput> rows,
    EmbedOptions options,
    Func<TInput, CacheKey, bool> isUnchanged
)
{
    /// <summary>Slots that the cache had.</summary>
    public int Hits { get; private set; }

    /// <summary>Slots that this call embedded.</summary>
    public int Embedded { get; private set; }

    /// <summary>The last reason why the cache could not be read or written.</summary>
    public SimileException? CacheError { get; private set; }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        var landed = flights.Landed;
        await LookUpAsync(rows.Keys, rows.KeyedValues, cancellationToken).ConfigureAwait(false);
        Hits = rows.DropMisfits();
        for (var open = rows.Open(); open.Count > 0; open = rows.Open())
        {
            var (mine, others) = Claim(open);
            await EmbedAsync(mine, landed, cancellationToken).ConfigureAwait(false);
            foreach (var (slot, flight) in others)
            {
                rows.TryFill(slot, await flight.WaitAsync(cancellationToken).ConfigureAwait(false));
            }
        }
    }

    private (List<int> Mine, List<(int Slot, Task<CachedEmbedding?> Flight)> Others) Claim(List<int> open)
    {
        var (mine, others) = (new List<int>(open.Count), new List<(int, Task<CachedEmbedding?>)>());
        foreach (var slot in open)
        {
            if (!rows.HasKey(slot) || flights.TryClaim(rows.Keys.Span[slot], out var flight))
            {
                mine.Add(slot);
            }
            else
            {
                others.Add((slot, flight));
            }
        }

        return (mine, others);
    }

    // Whatever happens, every claim is given up: a call that waits for it gets the value, or takes over.
    private async ValueTask EmbedAsync(List<int> mine, long landed, CancellationToken cancellationToken)
    {
        try
        {
            var missing = flights.Landed == landed ? mine : await LookAgainAsync(mine, cancellationToken).ConfigureAwait(false);
            if (missing.Count > 0)
            {
                Embedded += missing.Count;
                rows.Take(
                    missing,
                    await inner.EmbedAsync([.. missing.Select(rows.InputOf)], options, cancellationToken).ConfigureAwait(false)
                );
                await KeepAsync(missing, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var slot in mine.Where(rows.HasKey))
            {
                flights.Land(rows.Keys.Span[slot], rows.ValueOf(slot));
            }
        }
    }

    // Another call may have embedded and kept some of these between our lookup and our claim.
    private async ValueTask<List<int>> LookAgainAsync(List<int> mine, CancellationToken cancellationToken)
    {
        var keyed = mine.Where(rows.HasKey).ToArray();
        var found = new CachedEmbedding?[keyed.Length];
        await LookUpAsync(Array.ConvertAll(keyed, slot => rows.Keys.Span[slot]), found, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < keyed.Length; i++)
        {
            Hits += rows.TryFill(keyed[i], found[i]) ? 1 : 0;
        }

        return [.. mine.Where(slot => rows.ValueOf(slot) is null)];
    }

    private async ValueTask LookUpAsync(ReadOnlyMemory<CacheKey> keys, Memory<CachedEmbedding?> found, CancellationToken cancellationToken)
    {
        try
        {
            await cache.GetAsync(keys, found, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            CacheError = ErrorOf(error);
        }
    }

    private async ValueTask KeepAsync(List<int> slots, CancellationToken cancellationToken)
    {
        var kept = slots.Where(slot =>
            rows.HasKey(slot) && rows.ValueOf(slot) is not null && isUnchanged(rows.InputOf(slot), rows.Keys.Span[slot])
        );
        try
        {
            await cache
                .SetAsync([.. kept.Select(slot => new CacheEntry(rows.Keys.Span[slot], rows.ValueOf(slot)!))], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            CacheError = ErrorOf(error);
        }
    }

    // A cache of somebody's own may throw anything, and one may be disposed while it is in use; the vectors are right without it.
    private static SimileException ErrorOf(Exception error) =>
        error is SimileException { Code: ErrorCode.CacheUnavailable } known
            ? known
            : new SimileException(
                ErrorCode.CacheUnavailable,
                $"The cache failed: {error.GetType().Name}: {error.Message}. Vectors are made without it.",
                error
            );
}
