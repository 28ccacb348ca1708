using System.Numerics;

namespace Simile.Training.Static;

/// <summary>The part of <see cref="ContrastiveLoss"/> that belongs to the first <see cref="Length"/> values of the vectors.</summary>
internal sealed class LossLevel(int pairs, int length, float scale, float weight, int threads)
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
    public void Absorb(LossLevel longer)
    {
        ForRows(
            (first, end, _) =>
                SideEncoder.Add(longer.Gradient.All[(first * pairs)..(end * pairs)], Gradient.All[(first * pairs)..(end * pairs)], 1)
        );
        SideEncoder.Add(longer.LeftPull, LeftPull, 1);
        SideEncoder.Add(longer.RightPull, RightPull, 1);
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
            SideEncoder.Add(_columnParts.Row(part), sums, 1);
        }
    }
}
