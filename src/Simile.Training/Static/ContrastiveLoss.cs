using System.Numerics;
using Simile.Engine.Kernels;

namespace Simile.Training.Static;

/// <summary>
/// Symmetric cross-entropy over the similarities inside a batch of B pairs (InfoNCE; van den Oord, Li and Vinyals 2018), at several lengths
/// of the vectors at once (Matryoshka representation learning; Kusupati et al. 2022).
/// </summary>
/// <remarks>
/// With cosines s = cos(a_i, b_j) of the first d values and a scale t, the loss of one length is the mean over i of ½ (−2 t s_ii + log Σ_j
/// exp(t s_ij) + log Σ_j exp(t s_ji)). Dot products of the first d values grow from those of the next smaller length, and the gradients of
/// longer lengths pass through the columns of shorter ones: so all lengths together cost three products of (B, B) with (B, D).
/// </remarks>
internal sealed class ContrastiveLoss
{
    private readonly int _pairs;
    private readonly int _threads;
    private readonly PinnedMatrix _dots;
    private readonly MatryoshkaLevel[] _levels;

    /// <summary>The loss of a recipe.</summary>
    public ContrastiveLoss(StaticTrainerOptions options)
        : this(options.BatchSize, options.Dimensions, options.Scale, options.ShortWeight, options.Threads) { }

    /// <summary>Takes its memory once: one (B, B) matrix, and one more a length.</summary>
    /// <param name="pairs">Pairs a batch (B), a multiple of the vector width.</param>
    /// <param name="lengths">The lengths of the vectors that are seen.</param>
    /// <param name="scale">What cosines are multiplied with.</param>
    /// <param name="shortWeight">Weight of each shorter length's loss beside the longest's 1.</param>
    /// <param name="threads">Threads; they never change a value.</param>
    public ContrastiveLoss(int pairs, IReadOnlyList<int> lengths, float scale, float shortWeight, int threads)
    {
        (_pairs, _threads) = (pairs, threads);
        _dots = new PinnedMatrix(pairs, pairs);
        _levels =
        [
            .. lengths
                .Order()
                .Select(length => new MatryoshkaLevel(pairs, length, scale, length == lengths.Max() ? 1 : shortWeight, threads)),
        ];
    }

    /// <summary>What cosines of the longest length are multiplied with before the softmax.</summary>
    public float Scale
    {
        get => _levels[^1].Scale;
        set => _levels[^1].Scale = value;
    }

    /// <summary>The slope of the longest length's loss over <see cref="Scale"/> at the last batch.</summary>
    public double ScaleGradient => _levels[^1].ScaleGradient;

    /// <summary>The loss of a batch, and its gradients.</summary>
    /// <param name="left">Vectors of the left sides, (B, D).</param>
    /// <param name="right">Vectors of the right sides, (B, D).</param>
    /// <param name="groups">Pairs of one group are no negatives of each other, (B).</param>
    /// <param name="leftGradient">Gets the gradient of <paramref name="left"/>, (B, D).</param>
    /// <param name="rightGradient">Gets the gradient of <paramref name="right"/>, (B, D).</param>
    /// <returns>The loss of the longest length.</returns>
    public double Compute(
        PinnedMatrix left,
        PinnedMatrix right,
        ReadOnlySpan<long> groups,
        PinnedMatrix leftGradient,
        PinnedMatrix rightGradient
    )
    {
        var mates = InBatchPositives.Of(groups);
        var start = 0;
        foreach (var level in _levels)
        {
            AddDots(left, right, start, level.Length, accumulate: start > 0);
            level.Compute(left, right, _dots, mates);
            start = level.Length;
        }

        for (var i = _levels.Length - 1; i >= 0; i--)
        {
            if (i < _levels.Length - 1)
            {
                _levels[i].Absorb(_levels[i + 1]);
            }

            start = i == 0 ? 0 : _levels[i - 1].Length;
            PassBack(_levels[i], start, left, right, leftGradient, rightGradient);
        }

        return _levels[^1].Loss;
    }

    private unsafe void AddDots(PinnedMatrix left, PinnedMatrix right, int start, int end, bool accumulate) =>
        MatrixProduct.Multiply(
            left.View.SliceColumns(start, end - start),
            right.View.SliceColumns(start, end - start).Transposed,
            (float*)_dots.Address,
            _pairs,
            accumulate,
            _threads
        );

    private unsafe void PassBack(
        MatryoshkaLevel level,
        int start,
        PinnedMatrix left,
        PinnedMatrix right,
        PinnedMatrix leftGradient,
        PinnedMatrix rightGradient
    )
    {
        var width = level.Length - start;
        var gradient = level.Gradient.View;
        MatrixProduct.Multiply(
            gradient,
            right.View.SliceColumns(start, width),
            (float*)leftGradient.Address + start,
            leftGradient.Columns,
            accumulate: false,
            _threads
        );
        MatrixProduct.Multiply(
            gradient.Transposed,
            left.View.SliceColumns(start, width),
            (float*)rightGradient.Address + start,
            rightGradient.Columns,
            accumulate: false,
            _threads
        );
        for (var i = 0; i < _pairs; i++)
        {
            MeanPooler.Add(left.Row(i).Slice(start, width), leftGradient.Row(i).Slice(start, width), -level.LeftPull[i]);
            MeanPooler.Add(right.Row(i).Slice(start, width), rightGradient.Row(i).Slice(start, width), -level.RightPull[i]);
        }
    }
}

/// <summary>The part of <see cref="ContrastiveLoss"/> that belongs to the first <see cref="Length"/> values of the vectors.</summary>
internal sealed class MatryoshkaLevel(int pairs, int length, float scale, float weight, int threads)
{
    private const int RowsAtOnce = 64;
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };
    private readonly float[] _leftInverse = new float[pairs];
    private readonly float[] _rightInverse = new float[pairs];
    private readonly float[] _rowSums = new float[pairs];
    private readonly float[] _columnFactors = new float[pairs];
    private readonly double[] _positives = new double[pairs];
    private readonly PinnedMatrix _columnParts = new((pairs + RowsAtOnce - 1) / RowsAtOnce, pairs);

    /// <summary>Values of a vector that this level sees.</summary>
    public int Length => length;

    /// <summary>What cosines are multiplied with before the softmax.</summary>
    public float Scale { get; set; } = scale;

    /// <summary>The slope of the loss over <see cref="Scale"/> at the last batch.</summary>
    public double ScaleGradient { get; private set; }

    /// <summary>The loss of the last batch.</summary>
    public double Loss { get; private set; }

    /// <summary>The gradient with respect to the dot products of this length, (B, B).</summary>
    public PinnedMatrix Gradient { get; } = new(pairs, pairs);

    /// <summary>How much of itself the length of each left vector takes off its gradient, (B).</summary>
    public float[] LeftPull { get; } = new float[pairs];

    /// <summary>How much of itself the length of each right vector takes off its gradient, (B).</summary>
    public float[] RightPull { get; } = new float[pairs];

    /// <summary>Loss and gradient of a batch whose dot products are given.</summary>
    public void Compute(PinnedMatrix left, PinnedMatrix right, PinnedMatrix dots, int[]?[] mates)
    {
        InverseNorms(left, _leftInverse);
        InverseNorms(right, _rightInverse);
        ForRows((first, end, part) => Exponentiate(dots, mates, first, end, part));
        SumColumns(_columnFactors);
        Loss = 0;
        for (var i = 0; i < pairs; i++)
        {
            Loss += (0.5 * (Math.Log(_rowSums[i]) + Math.Log(_columnFactors[i])) - (Scale * (_positives[i] - 1))) / pairs;
            _columnFactors[i] = 1 / _columnFactors[i];
        }

        ForRows((first, end, part) => Differentiate(dots, first, end, part));
        SumColumns(RightPull);
        ScaleGradient = 0;
        for (var j = 0; j < pairs; j++)
        {
            // A column's sum of gradient times dot product is what the scale's slope is made of as well.
            ScaleGradient += (double)RightPull[j] / Scale;
            RightPull[j] *= _rightInverse[j] * _rightInverse[j];
        }
    }

    /// <summary>Adds the gradient of the next longer level, whose dot products hold this one's.</summary>
    public void Absorb(MatryoshkaLevel longer)
    {
        ForRows(
            (first, end, _) =>
                MeanPooler.Add(longer.Gradient.All[(first * pairs)..(end * pairs)], Gradient.All[(first * pairs)..(end * pairs)], 1)
        );
        MeanPooler.Add(longer.LeftPull, LeftPull, 1);
        MeanPooler.Add(longer.RightPull, RightPull, 1);
    }

    private void ForRows(Action<int, int, int> work) =>
        Parallel.For(0, _columnParts.Rows, _parallel, part => work(part * RowsAtOnce, Math.Min(pairs, (part + 1) * RowsAtOnce), part));

    private void InverseNorms(PinnedMatrix vectors, float[] inverse) =>
        Parallel.For(
            0,
            pairs,
            _parallel,
            i =>
            {
                var row = vectors.Row(i)[..length];
                var sum = 0f;
                foreach (var value in row)
                {
                    sum += value * value;
                }

                inverse[i] = 1 / MathF.Sqrt(sum + 1e-12f);
            }
        );

    // Cosines are at most 1, so exp(scale · (cos − 1)) needs no search for the largest one.
    private void Exponentiate(PinnedMatrix dots, int[]?[] mates, int first, int end, int part)
    {
        var columns = _columnParts.Row(part);
        columns.Clear();
        for (var i = first; i < end; i++)
        {
            var dot = dots.Row(i);
            var exponentials = Gradient.Row(i);
            var factor = new Vector<float>(Scale * _leftInverse[i]);
            for (var j = 0; j < pairs; j += Vector<float>.Count)
            {
                var cosine = new Vector<float>(dot[j..]) * new Vector<float>(_rightInverse, j) * factor;
                Vector.Exp(cosine - new Vector<float>(Scale)).CopyTo(exponentials[j..]);
            }

            foreach (var mate in mates[i] ?? [])
            {
                exponentials[mate] = 0;
            }

            _positives[i] = dot[i] * _leftInverse[i] * _rightInverse[i];
            _rowSums[i] = AddToColumns(exponentials, columns);
        }
    }

    private static float AddToColumns(ReadOnlySpan<float> row, Span<float> columns)
    {
        var sum = Vector<float>.Zero;
        for (var j = 0; j < row.Length; j += Vector<float>.Count)
        {
            var value = new Vector<float>(row[j..]);
            sum += value;
            (new Vector<float>(columns[j..]) + value).CopyTo(columns[j..]);
        }

        return Vector.Sum(sum);
    }

    private void Differentiate(PinnedMatrix dots, int first, int end, int part)
    {
        var columns = _columnParts.Row(part);
        columns.Clear();
        var strength = weight * Scale / (2f * pairs);
        for (var i = first; i < end; i++)
        {
            var dot = dots.Row(i);
            var gradient = Gradient.Row(i);
            var rowFactor = new Vector<float>(1 / _rowSums[i]);
            var inverse = new Vector<float>(_leftInverse[i]);
            var pull = Vector<float>.Zero;
            for (var j = 0; j < pairs; j += Vector<float>.Count)
            {
                var right = new Vector<float>(_rightInverse, j);
                var g = strength * new Vector<float>(gradient[j..]) * (rowFactor + new Vector<float>(_columnFactors, j)) * inverse * right;
                var pulled = g * new Vector<float>(dot[j..]);
                pull += pulled;
                (new Vector<float>(columns[j..]) + pulled).CopyTo(columns[j..]);
                g.CopyTo(gradient[j..]);
            }

            var positive = 2 * strength * _leftInverse[i] * _rightInverse[i];
            gradient[i] -= positive;
            columns[i] -= positive * dot[i];
            LeftPull[i] = (Vector.Sum(pull) - (positive * dot[i])) * _leftInverse[i] * _leftInverse[i];
        }
    }

    private void SumColumns(float[] sums)
    {
        Array.Clear(sums);
        for (var part = 0; part < _columnParts.Rows; part++)
        {
            MeanPooler.Add(_columnParts.Row(part), sums, 1);
        }
    }
}

/// <summary>For each pair of a batch the other pairs of its group.</summary>
internal static class InBatchPositives
{
    /// <summary>(B) lists; null where a pair stands alone.</summary>
    public static int[]?[] Of(ReadOnlySpan<long> groups)
    {
        var members = new Dictionary<long, List<int>>();
        for (var i = 0; i < groups.Length; i++)
        {
            if (!members.TryGetValue(groups[i], out var list))
            {
                members[groups[i]] = list = [];
            }

            list.Add(i);
        }

        var mates = new int[]?[groups.Length];
        foreach (var list in members.Values.Where(list => list.Count > 1))
        {
            foreach (var i in list)
            {
                mates[i] = [.. list.Where(j => j != i)];
            }
        }

        return mates;
    }
}
