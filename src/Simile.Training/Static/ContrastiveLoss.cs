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
    private readonly LossLevel[] _levels;

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
            .. lengths.Order().Select(length => new LossLevel(pairs, length, scale, length == lengths.Max() ? 1 : shortWeight, threads)),
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
        var mates = GroupMates.Of(groups);
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
        LossLevel level,
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
            SideEncoder.Add(left.Row(i).Slice(start, width), leftGradient.Row(i).Slice(start, width), -level.LeftPull[i]);
            SideEncoder.Add(right.Row(i).Slice(start, width), rightGradient.Row(i).Slice(start, width), -level.RightPull[i]);
        }
    }
}
