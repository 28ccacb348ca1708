using System.Runtime.InteropServices;

namespace Simile.Vectors.Files;

/// <summary>The vectors of a file.</summary>
/// <param name="Values">(N, D) values, row after row; rows without a vector hold NaN.</param>
/// <param name="Dimensions">Values a row (D).</param>
public sealed record VectorTable(float[] Values, int Dimensions)
{
    /// <summary>Rows (N).</summary>
    public int Count => Dimensions == 0 ? 0 : Values.Length / Dimensions;

    /// <summary>Whether a row holds a vector: finite numbers only. The rows of failed inputs hold NaN.</summary>
    public bool HasVector(int row) => Finite.Holds(Values.AsSpan(row * Dimensions, Dimensions));
}

/// <summary>One row on its way into a file.</summary>
/// <param name="Vector">The vector (D); empty when there is an error.</param>
/// <param name="Error">Why there is no vector, or null.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VectorRow(ReadOnlyMemory<float> Vector, SimileException? Error = null)
{
    /// <summary>What the row is called, where its format has a place for it (.jsonl); null for no name.</summary>
    public string? Id { get; init; }

    /// <summary>The rows of a batch.</summary>
    public static IEnumerable<VectorRow> Of(EmbeddingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (var i = 0; i < batch.Count; i++)
        {
            var error = batch.Outcomes[i].Error;
            yield return new VectorRow(error is null ? batch.Block.Slice(i * batch.Dimensions, batch.Dimensions) : default, error);
        }
    }
}
