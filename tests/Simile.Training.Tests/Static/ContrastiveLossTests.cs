using Simile.Training.Corpora;
using Simile.Training.Static;

namespace Simile.Training.Tests.Static;

/// <summary>Checks the loss against a plain double-precision one, and its gradient against finite differences of that.</summary>
public class ContrastiveLossTests
{
    private const int Pairs = 64;
    private static readonly StaticTrainerOptions Options = new()
    {
        Sources = [new CorpusSource { File = "none", Format = "prose" }],
        BatchSize = Pairs,
        Dimensions = [96, 64, 32],
        Scale = 7,
        ShortWeight = 0.5f,
        Threads = 2,
    };

    private readonly PinnedMatrix _left = Random(1);
    private readonly PinnedMatrix _right = Random(2);
    private readonly PinnedMatrix _leftGradient = new(Pairs, 96);
    private readonly PinnedMatrix _rightGradient = new(Pairs, 96);
    private readonly long[] _groups = [.. Enumerable.Range(0, Pairs).Select(i => (long)(i / 3 * 2) % 31)];

    [Fact]
    public void LossIsThatOfTheLongestLength()
    {
        var loss = new ContrastiveLoss(Options).Compute(_left, _right, _groups, _leftGradient, _rightGradient);
        Assert.Equal(PlainLoss(96), loss, 1e-4);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 31)]
    [InlineData(17, 40)]
    [InlineData(63, 95)]
    public void GradientIsThatOfFiniteDifferences(int row, int column)
    {
        new ContrastiveLoss(Options).Compute(_left, _right, _groups, _leftGradient, _rightGradient);
        Assert.Equal(Slope(_left, row, column), _leftGradient.Row(row)[column], 2e-6);
        Assert.Equal(Slope(_right, row, column), _rightGradient.Row(row)[column], 2e-6);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        new ContrastiveLoss(Options).Compute(_left, _right, _groups, _leftGradient, _rightGradient);
        var expected = _leftGradient.All.ToArray();
        new ContrastiveLoss(Options with { Threads = 1 }).Compute(_left, _right, _groups, _leftGradient, _rightGradient);
        Assert.Equal(expected, _leftGradient.All.ToArray());
    }

    private static PinnedMatrix Random(int seed)
    {
        var matrix = new PinnedMatrix(Pairs, 96);
        var random = SplitMix.For(seed, 0);
        foreach (ref var value in matrix.All)
        {
            value = random.Normal();
        }

        return matrix;
    }

    private double Slope(PinnedMatrix matrix, int row, int column)
    {
        const float Step = 1e-2f;
        var kept = matrix.Row(row)[column];
        matrix.Row(row)[column] = kept + Step;
        var above = TotalLoss();
        matrix.Row(row)[column] = kept - Step;
        var below = TotalLoss();
        matrix.Row(row)[column] = kept;
        return (above - below) / (2 * Step);
    }

    private double TotalLoss() => PlainLoss(96) + (0.5 * (PlainLoss(64) + PlainLoss(32)));

    private double PlainLoss(int length)
    {
        var loss = 0.0;
        for (var i = 0; i < Pairs; i++)
        {
            var candidates = Enumerable.Range(0, Pairs).Where(j => j == i || _groups[i] != _groups[j]).ToArray();
            loss -= 2 * Options.Scale * Cosine(i, i, length);
            loss += Math.Log(candidates.Sum(j => Math.Exp(Options.Scale * Cosine(i, j, length))));
            loss += Math.Log(candidates.Sum(j => Math.Exp(Options.Scale * Cosine(j, i, length))));
        }

        return loss / (2 * Pairs);
    }

    private double Cosine(int i, int j, int length)
    {
        double dot = 0,
            a = 0,
            b = 0;
        for (var k = 0; k < length; k++)
        {
            dot += (double)_left.Row(i)[k] * _right.Row(j)[k];
            a += (double)_left.Row(i)[k] * _left.Row(i)[k];
            b += (double)_right.Row(j)[k] * _right.Row(j)[k];
        }

        return dot / Math.Sqrt(a * b);
    }
}
