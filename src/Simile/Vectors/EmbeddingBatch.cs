using System.Collections;
using Simile.Vectors;

namespace Simile;

/// <summary>The vectors of a list of inputs: one contiguous (B, D) block with one outcome an input. Row i belongs to input i.</summary>
/// <remarks>It is a list of its vectors: <c>foreach (var vector in batch)</c>.</remarks>
public sealed class EmbeddingBatch : IReadOnlyList<EmbeddingVector>
{
    private readonly float[] _block;
    private readonly EmbeddingOutcome[] _outcomes;

    /// <summary>Takes over finished parts.</summary>
    /// <param name="space">The space of every row.</param>
    /// <param name="block">(B, D) values, row after row; a failed row's values are ignored. A row with NaN or infinity becomes a failed one
    /// (<see cref="ErrorCode.InvalidVector"/>), whoever made it.</param>
    /// <param name="outcomes">(B) outcomes.</param>
    public EmbeddingBatch(EmbeddingSpace space, float[] block, EmbeddingOutcome[] outcomes)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(outcomes);
        if ((long)outcomes.Length * space.Dimensions != block.LongLength)
        {
            throw new ArgumentException(
                $"{outcomes.Length} outcomes of {space.Dimensions} dimensions need {(long)outcomes.Length * space.Dimensions} values, "
                    + $"but the block has {block.Length}.",
                nameof(block)
            );
        }

        Space = space;
        _block = block;
        _outcomes = outcomes;
        FailWhatIsNotFinite();
    }

    /// <summary>A block for rows, of zeros.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for more values than one array holds.</exception>
    internal static float[] NewBlock(int count, int dimensions) =>
        (long)count * dimensions <= Array.MaxLength
            ? new float[count * dimensions]
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"{count} inputs of {dimensions} values are {(long)count * dimensions} values; one call gives at most "
                    + $"{Array.MaxLength}. Embed them in several calls."
            );

    /// <summary>The space of every row.</summary>
    public EmbeddingSpace Space { get; }

    /// <summary>Inputs, failed ones included (B).</summary>
    public int Count => _outcomes.Length;

    /// <summary>Values a row (D).</summary>
    public int Dimensions => Space.Dimensions;

    /// <summary>One outcome an input, in the order of the inputs.</summary>
    public ReadOnlySpan<EmbeddingOutcome> Outcomes => _outcomes;

    /// <summary>The whole (B, D) block; rows of failed inputs hold zeros.</summary>
    public ReadOnlyMemory<float> Block => _block;

    /// <summary>The vector of input <paramref name="index"/>, (D). Reading the values of a failed input throws that input's
    /// error.</summary>
    /// <param name="index">From 0 to B − 1.</param>
    public EmbeddingVector this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new EmbeddingVector(this, index);
        }
    }

    /// <summary>Every vector in its turn, those of failed inputs too.</summary>
    public IEnumerator<EmbeddingVector> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return new EmbeddingVector(this, i);
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The values of a row, (D).</summary>
    /// <exception cref="SimileException">The error of that input, when it failed.</exception>
    internal ReadOnlyMemory<float> Row(int index) =>
        _outcomes[index].Error is { } error
            ? throw new SimileException(error.Code, $"Input {index} has no vector: {error.Description}", error)
            : _block.AsMemory(index * Dimensions, Dimensions);

    /// <summary>The first <paramref name="dimensions"/> values of every row, scaled to unit length again where the space has unit length.
    /// Failed rows stay failed.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedDimensions"/> when the model was not trained for that
    /// length.</exception>
    public EmbeddingBatch Truncate(int dimensions)
    {
        var space = Space.Truncate(dimensions);
        var block = new float[Count * dimensions];
        for (var i = 0; i < Count; i++)
        {
            var row = block.AsSpan(i * dimensions, dimensions);
            _block.AsSpan(i * Dimensions, dimensions).CopyTo(row);
            if (space.UnitLength && _outcomes[i].Succeeded)
            {
                UnitLength.Normalize(row);
            }
        }

        return new EmbeddingBatch(space, block, [.. _outcomes]);
    }

    private void FailWhatIsNotFinite()
    {
        if (Finite.Holds(_block))
        {
            return;
        }

        for (var i = 0; i < _outcomes.Length; i++)
        {
            var row = _block.AsSpan(i * Dimensions, Dimensions);
            if (!Finite.Holds(row))
            {
                _outcomes[i] = _outcomes[i].Succeeded
                    ? _outcomes[i] with
                    {
                        TokensUsed = 0,
                        Error = Finite.Error("The vector", row, "Whatever embeds is damaged."),
                    }
                    : _outcomes[i];
                row.Clear();
            }
        }
    }
}

/// <summary>What became of one input.</summary>
/// <param name="TokensSeen">Tokens the whole input has.</param>
/// <param name="TokensUsed">Tokens that went into the vector.</param>
/// <param name="Error">Why there is no vector, or null when there is one.</param>
public readonly record struct EmbeddingOutcome(int TokensSeen, int TokensUsed, SimileException? Error = null)
{
    /// <summary>Whether something of the input was cut off because of the token limit.</summary>
    public bool Truncated { get; init; }

    /// <summary>Whether there is a vector.</summary>
    public bool Succeeded => Error is null;
}
