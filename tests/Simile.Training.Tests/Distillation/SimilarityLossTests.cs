using Simile.Training.Corpora;
using Simile.Training.Distillation;
using Simile.Training.Static;

namespace Simile.Training.Tests.Distillation;

/// <summary>Checks the loss against a plain double-precision one, and its gradient against finite differences of that.</summary>
public class SimilarityLossTests
{
    private const int Texts = 21;
    private const int Width = 96;
    private static readonly DistillationOptions Options = new()
    {
        Sources = [new CorpusSource { File = "none", Format = "lines" }],
        Dimensions = [96, 64, 32],
        CosineWeight = 0.7f,
        SimilarityWeight = 3,
        ShortWeight = 0.5f,
        Threads = 2,
    };

    private readonly PinnedMatrix _vectors = Random(1, Width);
    private readonly PinnedMatrix _targets = Units(2, Width);
    private readonly PinnedMatrix _wanted = new(Texts, Texts);
    private readonly PinnedMatrix _gradient = new(Texts, Width);

    public SimilarityLossTests()
    {
        var others = Units(3, 40);
        for (var i = 0; i < Texts; i++)
        {
            for (var j = 0; j < Texts; j++)
            {
                _wanted.Row(i)[j] = (float)Dot(others.Row(i), others.Row(j));
            }
        }
    }

    [Fact]
    public void LossIsThePlainOne() => Assert.Equal(PlainLoss(), Compute(Options), 1e-5);

    [Fact]
    public void AStudentThatAgreesHasNone()
    {
        var options = Options with { Dimensions = [Width] };
        for (var i = 0; i < Texts; i++)
        {
            for (var j = 0; j < Texts; j++)
            {
                _wanted.Row(i)[j] = (float)Dot(_targets.Row(i), _targets.Row(j));
            }
        }

        _targets.All.CopyTo(_vectors.All);
        MeanPooler.Scale(_vectors.All, 3);
        Assert.Equal(0, Compute(options), 1e-5);
        Assert.All(_gradient.All.ToArray(), slope => Assert.Equal(0, slope, 1e-5));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 31)]
    [InlineData(17, 40)]
    [InlineData(20, 95)]
    public void GradientIsThatOfFiniteDifferences(int row, int column)
    {
        const float Step = 1e-2f;
        Compute(Options);
        var kept = _vectors.Row(row)[column];
        _vectors.Row(row)[column] = kept + Step;
        var above = PlainLoss();
        _vectors.Row(row)[column] = kept - Step;
        var below = PlainLoss();
        Assert.Equal((above - below) / (2 * Step), _gradient.Row(row)[column], 1e-6);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        Compute(Options);
        var expected = _gradient.All.ToArray();
        Compute(Options with { Threads = 1 });
        Assert.Equal(expected, _gradient.All.ToArray());
    }

    private double Compute(DistillationOptions options) =>
        new SimilarityLoss(Texts, options).Compute(_vectors, _targets, _wanted, _gradient);

    private double PlainLoss() =>
        Enumerable.Range(0, Texts).Sum(i => 0.7 * (1 - Cosine(i, _targets.Row(i))) / Texts)
        + (3 * Difference(96))
        + (1.5 * (Difference(64) + Difference(32)));

    private double Difference(int length)
    {
        var sum = 0.0;
        for (var i = 0; i < Texts; i++)
        {
            for (var j = 0; j < Texts; j++)
            {
                var (left, right) = (_vectors.Row(i)[..length].ToArray(), _vectors.Row(j)[..length].ToArray());
                sum += Math.Pow((Dot(left, right) / Math.Sqrt(Dot(left, left) * Dot(right, right))) - _wanted.Row(i)[j], 2);
            }
        }

        return sum / (Texts * Texts);
    }

    private double Cosine(int row, ReadOnlySpan<float> target) =>
        Dot(_vectors.Row(row), target) / Math.Sqrt(Dot(_vectors.Row(row), _vectors.Row(row)));

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return sum;
    }

    private static PinnedMatrix Units(int seed, int width)
    {
        var matrix = Random(seed, width);
        for (var i = 0; i < Texts; i++)
        {
            MeanPooler.Scale(matrix.Row(i), (float)(1 / Math.Sqrt(Dot(matrix.Row(i), matrix.Row(i)))));
        }

        return matrix;
    }

    private static PinnedMatrix Random(int seed, int width)
    {
        var matrix = new PinnedMatrix(Texts, width);
        var random = SplitMix.For(seed, 0);
        foreach (ref var value in matrix.All)
        {
            value = random.Normal();
        }

        return matrix;
    }
}
