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
