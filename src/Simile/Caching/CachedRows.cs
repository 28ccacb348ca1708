using System.Collections.Concurrent;
using Simile.Vectors;

namespace Simile.Caching;

/// <summary>One call's inputs, each different one in a slot of its own: those with a key first, then those without.</summary>
internal sealed class CachedRows<TInput>
{
    private readonly IReadOnlyList<TInput> _inputs;
    private readonly EmbeddingSpace _space;
    private readonly int[] _slotOfRow;
    private readonly List<int> _rowOfSlot = [];
    private readonly CacheKey[] _keys;
    private readonly CachedEmbedding?[] _values;
    private readonly EmbeddingOutcome?[] _failures;

    public CachedRows(IReadOnlyList<TInput> inputs, EmbeddingSpace space, Func<TInput, CacheKey?> keyOf)
    {
        (_inputs, _space, _slotOfRow) = (inputs, space, new int[inputs.Count]);
        var slots = new Dictionary<CacheKey, int>(inputs.Count);
        var keyless = new List<int>();
        for (var row = 0; row < inputs.Count; row++)
        {
            if (keyOf(inputs[row]) is not { } key)
            {
                keyless.Add(row);
            }
            else if (slots.TryGetValue(key, out _slotOfRow[row]))
            {
                continue;
            }
            else
            {
                slots.Add(key, AddSlot(row));
            }
        }

        // A dictionary without removals lists its keys in the order of adding.
        _keys = [.. slots.Keys];
        keyless.ForEach(row => AddSlot(row));
        _values = new CachedEmbedding?[Slots];
        _failures = new EmbeddingOutcome?[Slots];
    }

    /// <summary>Different inputs.</summary>
    public int Slots => _rowOfSlot.Count;

    /// <summary>The keys of the first slots.</summary>
    public ReadOnlyMemory<CacheKey> Keys => _keys;

    /// <summary>The values of the slots that have keys; null where there is none yet.</summary>
    public Memory<CachedEmbedding?> KeyedValues => _values.AsMemory(0, _keys.Length);

    public bool HasKey(int slot) => slot < _keys.Length;

    public TInput InputOf(int slot) => _inputs[_rowOfSlot[slot]];

    public CachedEmbedding? ValueOf(int slot) => _values[slot];

    /// <summary>Takes a value, if there is one that can be a vector of this space.</summary>
    public bool TryFill(int slot, CachedEmbedding? value)
    {
        _values[slot] = Fits(value) ? value : null;
        return _values[slot] is not null;
    }

    /// <summary>Slots with neither a value nor an error.</summary>
    public List<int> Open() => [.. Enumerable.Range(0, Slots).Where(slot => _values[slot] is null && _failures[slot] is null)];

    /// <summary>Empties slots whose value cannot be a vector of this space, and counts the others that are full.</summary>
    public int DropMisfits()
    {
        var full = 0;
        for (var slot = 0; slot < _keys.Length; slot++)
        {
            full += TryFill(slot, _values[slot]) ? 1 : 0;
        }

        return full;
    }

    /// <summary>Takes over what was embedded: row i belongs to slot i of the list.</summary>
    public void Take(IReadOnlyList<int> slots, EmbeddingBatch batch)
    {
        _space.EnsureSame(batch.Space);
        for (var i = 0; i < slots.Count; i++)
        {
            var outcome = batch.Outcomes[i];
            if (outcome.Succeeded)
            {
                // A copy, since a slice would keep the whole block alive.
                _values[slots[i]] = new CachedEmbedding(batch[i].ToArray(), outcome.TokensSeen, outcome.TokensUsed, outcome.Truncated);
            }
            else
            {
                _failures[slots[i]] = outcome;
            }
        }
    }

    /// <summary>The answer, a row an input.</summary>
    public EmbeddingBatch ToBatch()
    {
        var block = EmbeddingBatch.NewBlock(_inputs.Count, _space.Dimensions);
        var outcomes = new EmbeddingOutcome[_inputs.Count];
        for (var row = 0; row < outcomes.Length; row++)
        {
            outcomes[row] = Write(_slotOfRow[row], block.AsSpan(row * _space.Dimensions, _space.Dimensions));
        }

        return new EmbeddingBatch(_space, block, outcomes);
    }

    private int AddSlot(int row)
    {
        _rowOfSlot.Add(row);
        return _slotOfRow[row] = Slots - 1;
    }

    private bool Fits(CachedEmbedding? value) => value?.Vector.Length == _space.Dimensions && Finite.Holds(value.Vector.Span);

    private EmbeddingOutcome Write(int slot, Span<float> row)
    {
        if (_values[slot] is not { } value)
        {
            return _failures[slot]!.Value;
        }

        value.Vector.Span.CopyTo(row);
        if (value.IsRounded && _space.UnitLength)
        {
            UnitLength.TryNormalize(row);
        }

        return new EmbeddingOutcome(value.TokensSeen, value.TokensUsed) { Truncated = value.Truncated };
    }
}

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
    SingleFlight flights,
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

/// <summary>Who embeds what at this moment, so that nothing is embedded twice at once.</summary>
internal sealed class SingleFlight
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
