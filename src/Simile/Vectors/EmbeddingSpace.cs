using System.Collections.Immutable;
using Simile.Vectors;

namespace Simile;

/// <summary>Which vectors may be compared with one another. Two spaces are the same when their <see cref="Id"/> and
/// <see cref="Dimensions"/> are.</summary>
/// <remarks>Query and document vectors of one model share a space; 256 of 768 dimensions do not share it with all 768.</remarks>
public sealed class EmbeddingSpace : IEquatable<EmbeddingSpace>
{
    /// <summary>Describes a space.</summary>
    /// <param name="id">A stable name: the model's name and a digest of what its geometry depends on.</param>
    /// <param name="dimensions">Values a vector, at least 1.</param>
    /// <param name="unitLength">Whether every vector has Euclidean length 1.</param>
    /// <param name="metric">The metric the model was trained for.</param>
    /// <param name="trainedDimensions">The shorter lengths a vector may be cut to (Matryoshka training); none by default.</param>
    public EmbeddingSpace(string id, int dimensions, bool unitLength, SimilarityMetric metric, IEnumerable<int>? trainedDimensions = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Id = id;
        Dimensions = dimensions;
        UnitLength = unitLength;
        Metric = metric;
        TrainedDimensions = [.. (trainedDimensions ?? []).Where(d => d < dimensions).OrderDescending()];
    }

    /// <summary>The stable name.</summary>
    public string Id { get; }

    /// <summary>Values a vector.</summary>
    public int Dimensions { get; }

    /// <summary>Whether every vector has Euclidean length 1.</summary>
    public bool UnitLength { get; }

    /// <summary>The metric the model was trained for.</summary>
    public SimilarityMetric Metric { get; }

    /// <summary>The shorter lengths a vector may be cut to, longest first.</summary>
    public ImmutableArray<int> TrainedDimensions { get; }

    /// <summary>The space of this one's vectors cut to their first <paramref name="dimensions"/> values and normalized again.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedDimensions"/> when the model was not trained for that
    /// length.</exception>
    public EmbeddingSpace Truncate(int dimensions)
    {
        if (dimensions == Dimensions)
        {
            return this;
        }

        if (!TrainedDimensions.Contains(dimensions))
        {
            var allowed = string.Join(", ", TrainedDimensions.Prepend(Dimensions));
            throw new SimileException(
                ErrorCode.UnsupportedDimensions,
                $"{dimensions} dimensions were asked for, but the space {Id} can only be cut to {allowed}. Choose one of these."
            );
        }

        return new EmbeddingSpace(Id, dimensions, UnitLength, Metric, TrainedDimensions);
    }

    /// <summary>This space with vectors of unit length, or with vectors as the model gives them.</summary>
    public EmbeddingSpace WithUnitLength(bool unitLength) =>
        unitLength == UnitLength ? this : new EmbeddingSpace(Id, Dimensions, unitLength, Metric, TrainedDimensions);

    /// <summary>The space of an answer to a call with these options.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedDimensions"/> when the model was not trained for the dimensions
    /// asked for.</exception>
    public EmbeddingSpace For(EmbedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var cut = Truncate(options.Dimensions ?? Dimensions);
        return cut.WithUnitLength(options.Normalize ?? cut.UnitLength);
    }

    /// <summary>Writes a row of this space: the beginning of a model's vector, scaled to unit length where the space has it.</summary>
    /// <param name="vector">At least D values.</param>
    /// <param name="row">Gets D values.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidVector"/> for a vector with values that are not finite, or without a
    /// direction.</exception>
    internal void Fill(ReadOnlySpan<float> vector, Span<float> row)
    {
        vector[..row.Length].CopyTo(row);
        if (UnitLength)
        {
            Vectors.UnitLength.Normalize(row);
            return;
        }

        if (!Finite.Holds(row))
        {
            throw Finite.Error("The model's vector", row, "Its weights are damaged, or too large for their precision.");
        }
    }

    /// <summary>Throws unless <paramref name="other"/> is the same space.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>.</exception>
    public void EnsureSame(EmbeddingSpace other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Equals(other))
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"Vectors of {this} cannot be compared with vectors of {other}. Embed both sides with one model and the same dimensions."
            );
        }
    }

    /// <inheritdoc/>
    public bool Equals(EmbeddingSpace? other) =>
        other is not null
        && string.Equals(Id, other.Id, StringComparison.Ordinal)
        && Dimensions == other.Dimensions
        && UnitLength == other.UnitLength;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EmbeddingSpace);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StringComparer.Ordinal.GetHashCode(Id), Dimensions, UnitLength);

    /// <summary>The name and the length, as in <c>simile-text-mini@1f2e3d4c/256</c>.</summary>
    public override string ToString() => UnitLength ? $"{Id}/{Dimensions}" : $"{Id}/{Dimensions} (not unit length)";
}
