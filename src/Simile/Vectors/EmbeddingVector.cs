using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Simile;

/// <summary>The vector of one input, (D), and what became of that input. It is read like an array, and converts to
/// <see cref="ReadOnlySpan{T}"/>, <see cref="ReadOnlyMemory{T}"/> and (by a copy) to an array.</summary>
/// <remarks>It is a view into its batch and keeps all of it in memory; <see cref="ToArray"/> gives values that stand alone. The values of
/// an input that failed cannot be read: that throws the input's error.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
[StructLayout(LayoutKind.Auto)]
public readonly struct EmbeddingVector : IReadOnlyList<float>, IEquatable<EmbeddingVector>
{
    private readonly EmbeddingBatch? _batch;
    private readonly int _index;

    internal EmbeddingVector(EmbeddingBatch batch, int index) => (_batch, _index) = (batch, index);

    /// <summary>The space of the vector: which others it may be compared with.</summary>
    public EmbeddingSpace Space => Batch.Space;

    /// <summary>What became of the input: tokens seen and used, whether it was cut, or its error.</summary>
    public EmbeddingOutcome Outcome => Batch.Outcomes[_index];

    /// <summary>Tokens that went into the vector; 0 for a picture.</summary>
    public int TokensUsed => Outcome.TokensUsed;

    /// <summary>Whether something of the input was cut off because of the token limit.</summary>
    public bool Truncated => Outcome.Truncated;

    /// <summary>Why there is no vector, or null when there is one.</summary>
    public SimileException? Error => Outcome.Error;

    /// <summary>Values (D).</summary>
    public int Length => _batch?.Dimensions ?? 0;

    /// <summary>The values, (D).</summary>
    /// <exception cref="SimileException">The error of the input, when it failed.</exception>
    public ReadOnlySpan<float> Span => Memory.Span;

    /// <summary>The values, (D).</summary>
    /// <exception cref="SimileException">The error of the input, when it failed.</exception>
    public ReadOnlyMemory<float> Memory => Batch.Row(_index);

    /// <inheritdoc/>
    int IReadOnlyCollection<float>.Count => Length;

    private EmbeddingBatch Batch =>
        _batch
        ?? throw new InvalidOperationException("This vector was never filled: it is the default of its type. Take one from a batch.");

    /// <summary>A value.</summary>
    /// <param name="index">Its place, from 0 to D − 1.</param>
    public float this[int index] => Span[index];

    /// <summary>The values as they stand, without a copy.</summary>
    public static implicit operator ReadOnlySpan<float>(EmbeddingVector vector) => vector.Span;

    /// <summary>The values as they stand, without a copy.</summary>
    public static implicit operator ReadOnlyMemory<float>(EmbeddingVector vector) => vector.Memory;

    /// <summary>A copy of the values.</summary>
    public static implicit operator float[](EmbeddingVector vector) => vector.ToArray();

    /// <summary>Whether two vectors are of one space and have the same values.</summary>
    public static bool operator ==(EmbeddingVector left, EmbeddingVector right) => left.Equals(right);

    /// <summary>Whether two vectors differ in their space or in a value.</summary>
    public static bool operator !=(EmbeddingVector left, EmbeddingVector right) => !left.Equals(right);

    /// <summary>A copy of the values, (D).</summary>
    public float[] ToArray() => Span.ToArray();

    /// <summary>Copies the values, (D).</summary>
    /// <param name="target">Gets them; it has room for at least D values.</param>
    public void CopyTo(Span<float> target) => Span.CopyTo(target);

    /// <summary>Some of the values; <c>vector[..8]</c> calls it.</summary>
    /// <param name="start">The first.</param>
    /// <param name="length">How many.</param>
    public ReadOnlySpan<float> Slice(int start, int length) => Span.Slice(start, length);

    /// <summary>Each value in its turn.</summary>
    public IEnumerator<float> GetEnumerator() => MemoryMarshal.ToEnumerable(Memory).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(EmbeddingVector other) =>
        (ReferenceEquals(_batch, other._batch) && _index == other._index)
        || (
            _batch is not null
            && other._batch is not null
            && Space.Equals(other.Space)
            && Error is null
            && other.Error is null
            && Span.SequenceEqual(other.Span)
        );

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EmbeddingVector other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        _batch is null || Error is not null ? HashCode.Combine(_batch, _index) : HashCode.Combine(Space, this[0], this[^1]);

    /// <summary>The space and the first values, or the error.</summary>
    public override string ToString() =>
        _batch is null ? "no vector"
        : Error is { } error ? error.Message
        : $"{Space} [{string.Join(", ", Span[..Math.Min(4, Length)].ToArray().Select(Short))}{(Length > 4 ? ", …" : string.Empty)}]";

    private static string Short(float value) => value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
}
