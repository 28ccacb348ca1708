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
