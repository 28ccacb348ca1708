using Simile.Engine.Kernels;
using Simile.Training.Static;

namespace Simile.Training.Distillation;

/// <summary>How far B student vectors are from what their teachers say: of each text by itself, and of each text beside each other
/// one.</summary>
/// <remarks>
/// With unit vectors u of the student's first d values, unit targets t (the teachers' reduced vectors) and wanted similarities s, the loss
/// is c · mean_i (1 − u_i · t_i) at the longest length, plus for every length w_d · λ · mean_ij (u_i · u_j − s_ij)². The second part is
/// what makes the shorter lengths useful: all of them aim at the similarities of the whole (Matryoshka representation learning; Kusupati et
/// al. 2022).
/// </remarks>
internal sealed class SimilarityLoss(int texts, DistillationOptions options)
{
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = options.Threads };
    private readonly PinnedMatrix _dots = new(texts, texts);
    private readonly float[] _inverse = new float[texts];
    private readonly double[] _losses = new double[texts];
    private readonly Level[] _levels = [.. options.Dimensions.OrderDescending().Select(length => new Level(texts, length))];

    /// <summary>The loss of a batch, and its gradient.</summary>
    /// <param name="vectors">The student's vectors, (B, D).</param>
    /// <param name="targets">The teachers' reduced vectors at unit length, (B, D).</param>
    /// <param name="wanted">The teachers' similarities, (B, B).</param>
    /// <param name="gradient">Gets the gradient of <paramref name="vectors"/>, (B, D).</param>
    public double Compute(PinnedMatrix vectors, PinnedMatrix targets, PinnedMatrix wanted, PinnedMatrix gradient)
    {
        gradient.All.Clear();
        return _levels.Sum(level => Compute(level, vectors, targets, wanted, gradient));
    }

    private unsafe double Compute(Level level, PinnedMatrix vectors, PinnedMatrix targets, PinnedMatrix wanted, PinnedMatrix gradient)
    {
        var isLongest = level.Length == vectors.Columns;
        var weight = options.SimilarityWeight * (isLongest ? 1 : options.ShortWeight);
        Parallel.For(0, texts, _parallel, i => Normalize(vectors.Row(i)[..level.Length], level.Units.Row(i), out _inverse[i]));
        MatrixProduct.Multiply(
            level.Units.View,
            level.Units.View.Transposed,
            (float*)_dots.Address,
            texts,
            accumulate: false,
            options.Threads
        );
        Parallel.For(0, texts, _parallel, i => _losses[i] = weight * Subtract(wanted.Row(i), _dots.Row(i)) / ((double)texts * texts));

        // Each similarity stands twice in the matrix, and each text on both of its sides: hence 4.
        MatrixProduct.Multiply(
            _dots.View,
            level.Units.View,
            (float*)level.Slopes.Address,
            level.Length,
            accumulate: false,
            options.Threads
        );
        Parallel.For(
            0,
            texts,
            _parallel,
            i =>
            {
                var unit = level.Units.Row(i);
                var slope = level.Slopes.Row(i);
                MeanPooler.Scale(slope, 4 * weight / ((float)texts * texts));
                if (isLongest)
                {
                    _losses[i] += options.CosineWeight * (1 - Dot(unit, targets.Row(i))) / texts;
                    MeanPooler.Add(targets.Row(i), slope, -options.CosineWeight / texts);
                }

                MeanPooler.Add(unit, slope, -Dot(slope, unit));
                MeanPooler.Add(slope, gradient.Row(i)[..level.Length], _inverse[i]);
            }
        );
        return _losses.Sum();
    }

    private static void Normalize(ReadOnlySpan<float> vector, Span<float> unit, out float inverse)
    {
        inverse = 1 / MathF.Sqrt(Dot(vector, vector) + 1e-12f);
        vector.CopyTo(unit);
        MeanPooler.Scale(unit, inverse);
    }

    // values −= wanted; the sum of the squares that are left.
    private static double Subtract(ReadOnlySpan<float> wanted, Span<float> values)
    {
        MeanPooler.Add(wanted, values, -1);
        return Dot(values, values);
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => VectorKernels.Dot(left, right);

    private sealed record Level(int Texts, int Length)
    {
        public PinnedMatrix Units { get; } = new(Texts, Length);

        public PinnedMatrix Slopes { get; } = new(Texts, Length);
    }
}
