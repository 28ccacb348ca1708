using Simile.Engine.Kernels;

namespace Simile.Vectors;

/// <summary>Comparison of vectors. Two vectors of different lengths are an error (<see cref="ErrorCode.SpaceMismatch"/>).</summary>
public static class Similarity
{
    /// <summary>Cosine of the angle between a and b, from -1 to 1; 0 when either is all zeros.</summary>
    public static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var lengths = Math.Sqrt((double)VectorKernels.Dot(a, a) * VectorKernels.Dot(b, b));
        var dot = VectorKernels.Dot(a, b);
        return lengths > 0 ? (float)Math.Clamp(dot / lengths, -1, 1) : 0;
    }

    /// <summary>Inner product Σ aᵢ bᵢ.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => VectorKernels.Dot(a, b);

    /// <summary>Euclidean distance √Σ (aᵢ − bᵢ)².</summary>
    public static float Euclidean(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => MathF.Sqrt(VectorKernels.SquaredDistance(a, b));

    /// <summary>Manhattan distance Σ |aᵢ − bᵢ|.</summary>
    public static float Manhattan(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => VectorKernels.AbsoluteDistance(a, b);

    /// <summary>The given measure of a and b, (D) each.</summary>
    public static float Measure(SimilarityMetric metric, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => metric switch
    {
        SimilarityMetric.Cosine => Cosine(a, b),
        SimilarityMetric.Dot => Dot(a, b),
        SimilarityMetric.Euclidean => Euclidean(a, b),
        SimilarityMetric.Manhattan => Manhattan(a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No such metric."),
    };

    /// <summary>Row i of one batch against row j of another, by the metric of their space.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>, or the error of a failed row.</exception>
    public static float Measure(EmbeddingBatch a, int i, EmbeddingBatch b, int j)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        a.Space.EnsureSame(b.Space);
        return Measure(a.Space.Metric, a[i], b[j]);
    }

    /// <summary>Every row of a (N, D) against every row of b (M, D).</summary>
    /// <param name="metric">The measure.</param>
    /// <param name="a">N rows.</param>
    /// <param name="b">M rows.</param>
    /// <param name="dimensions">Values a row (D).</param>
    /// <param name="threads">Threads; they never change a value.</param>
    /// <returns>(N, M) values, row after row; each is bit for bit that of the single comparison.</returns>
    public static float[] Matrix(SimilarityMetric metric, ReadOnlyMemory<float> a, ReadOnlyMemory<float> b, int dimensions, int threads = 1)
    {
        var rows = RowsOf(a, dimensions, nameof(a));
        var columns = RowsOf(b, dimensions, nameof(b));
        var result = new float[checked(rows * columns)];
        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var left = a.Span.Slice(i * dimensions, dimensions);
            for (var j = 0; j < columns; j++)
            {
                result[(i * columns) + j] = Measure(metric, left, b.Span.Slice(j * dimensions, dimensions));
            }
        });
        return result;
    }

    internal static int RowsOf(ReadOnlyMemory<float> rows, int dimensions, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        return rows.Length % dimensions == 0
            ? rows.Length / dimensions
            : throw new SimileException(ErrorCode.SpaceMismatch, $"{rows.Length} values ({name}) are no whole number of rows of {dimensions}.");
    }
}
