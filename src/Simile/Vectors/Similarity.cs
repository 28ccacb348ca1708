using Simile.Engine.Kernels;
using Simile.Vectors;

namespace Simile;

/// <summary>Comparison of vectors. Two vectors of different lengths are an error (<see cref="ErrorCode.SpaceMismatch"/>); a vector with NaN
/// or infinity has no likeness to any: the answer is NaN.</summary>
/// <remarks>Sums are 32-bit floats. Where one leaves their range, as squares of values around 1e30 and 1e-30 do, it is added up again in 64
/// bits; an answer beyond the range is the largest number of it.</remarks>
public static class Similarity
{
    /// <summary>Cosine of the angle between a and b, from -1 to 1; 0 when either is all zeros.</summary>
    public static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (squaresOfA, squaresOfB) = (VectorKernels.Dot(a, a), VectorKernels.Dot(b, b));
        if (!IsOrdinary(squaresOfA) || !IsOrdinary(squaresOfB))
        {
            return WideCosine(a, b);
        }

        var lengths = Math.Sqrt((double)squaresOfA * squaresOfB);
        return (float)Math.Clamp(VectorKernels.Dot(a, b) / lengths, -1, 1);
    }

    /// <summary>Cosine of the angle between two vectors of one space, from -1 to 1.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>, or the error of an input that failed.</exception>
    public static float Cosine(EmbeddingVector a, EmbeddingVector b)
    {
        a.Space.EnsureSame(b.Space);
        return Cosine(a.Span, b.Span);
    }

    /// <summary>Inner product Σ aᵢ bᵢ.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var dot = VectorKernels.Dot(a, b);
        return float.IsFinite(dot) ? dot : Narrow(WideDot(a, b), a, b);
    }

    /// <summary>Euclidean distance √Σ (aᵢ − bᵢ)².</summary>
    public static float Euclidean(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var squares = VectorKernels.SquaredDistance(a, b);
        return IsOrdinary(squares) ? MathF.Sqrt(squares) : Narrow(Math.Sqrt(WideSum(a, b, (x, y) => (x - y) * (x - y))), a, b);
    }

    /// <summary>Manhattan distance Σ |aᵢ − bᵢ|.</summary>
    public static float Manhattan(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var distance = VectorKernels.AbsoluteDistance(a, b);
        return float.IsFinite(distance) ? distance : Narrow(WideSum(a, b, (x, y) => Math.Abs(x - y)), a, b);
    }

    /// <summary>The given measure of a and b, (D) each.</summary>
    public static float Measure(SimilarityMetric metric, ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        metric switch
        {
            SimilarityMetric.Cosine => Cosine(a, b),
            SimilarityMetric.Dot => Dot(a, b),
            SimilarityMetric.Euclidean => Euclidean(a, b),
            SimilarityMetric.Manhattan => Manhattan(a, b),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No such metric."),
        };

    /// <summary>Two vectors of one space, by its metric.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>, or the error of an input that failed.</exception>
    public static float Measure(EmbeddingVector a, EmbeddingVector b)
    {
        a.Space.EnsureSame(b.Space);
        return Measure(a.Space.Metric, a.Span, b.Span);
    }

    /// <summary>Row i of one batch against row j of another, by the metric of their space.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>, or the error of a failed row.</exception>
    public static float Measure(EmbeddingBatch a, int i, EmbeddingBatch b, int j)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Measure(a[i], b[j]);
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
        Parallel.For(
            0,
            rows,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) },
            i =>
            {
                var left = a.Span.Slice(i * dimensions, dimensions);
                for (var j = 0; j < columns; j++)
                {
                    result[(i * columns) + j] = Measure(metric, left, b.Span.Slice(j * dimensions, dimensions));
                }
            }
        );
        return result;
    }

    // Between these a sum of squares has all its digits, and so has the product of two of them in 64 bits.
    private static bool IsOrdinary(float squares) => squares is > 1e-30f and < 1e37f;

    private static float WideCosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var lengths = Math.Sqrt(WideDot(a, a)) * Math.Sqrt(WideDot(b, b));
        return !double.IsFinite(lengths) ? float.NaN
            : lengths > 0 ? (float)Math.Clamp(WideDot(a, b) / lengths, -1, 1)
            : 0;
    }

    private static double WideDot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => WideSum(a, b, (x, y) => x * y);

    private static double WideSum(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Func<double, double, double> term)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += term(a[i], b[i]);
        }

        return sum;
    }

    private static float Narrow(double value, ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        Finite.Holds(a) && Finite.Holds(b) ? (float)Math.Clamp(value, -float.MaxValue, float.MaxValue) : float.NaN;

    internal static int RowsOf(ReadOnlyMemory<float> rows, int dimensions, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        return rows.Length % dimensions == 0
            ? rows.Length / dimensions
            : throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"{rows.Length} values ({name}) are no whole number of rows of {dimensions}."
            );
    }
}
