using Simile.Vectors;

namespace Simile.Tests.Vectors;

public class SimilarityTests
{
    [Fact]
    public void MeasuresAreThoseOfTheTextbook()
    {
        float[] a = [1, 2, 2],
            b = [2, -1, 0];
        Assert.Equal(0, Similarity.Cosine(a, b), 1e-6);
        Assert.Equal(1, Similarity.Cosine(a, [2, 4, 4]), 1e-6);
        Assert.Equal(0, Similarity.Dot(a, b), 1e-6);
        Assert.Equal(MathF.Sqrt(14), Similarity.Euclidean(a, b), 1e-6);
        Assert.Equal(6, Similarity.Manhattan(a, b), 1e-6);
    }

    [Fact]
    public void ZerosHaveACosineOfZero() => Assert.Equal(0, Similarity.Cosine(new float[3], [1, 2, 3]));

    [Theory]
    [InlineData(SimilarityMetric.Cosine)]
    [InlineData(SimilarityMetric.Dot)]
    [InlineData(SimilarityMetric.Euclidean)]
    [InlineData(SimilarityMetric.Manhattan)]
    public void TheMatrixHoldsTheSingleValues(SimilarityMetric metric)
    {
        var random = new Random(5);
        var (a, b) = (VectorSamples.Random(random, 7, 19), VectorSamples.Random(random, 5, 19));
        var matrix = Similarity.Matrix(metric, a, b, 19, threads: 3);
        for (var i = 0; i < 7; i++)
        {
            for (var j = 0; j < 5; j++)
            {
                Assert.Equal(Similarity.Measure(metric, a.AsSpan(i * 19, 19), b.AsSpan(j * 19, 19)), matrix[(i * 5) + j]);
            }
        }
    }

    [Fact]
    public void VectorsOfTwoSpacesAreNotCompared()
    {
        var (a, b) = (VectorSamples.Batch("one", [1, 0]), VectorSamples.Batch("two", [1, 0]));
        Assert.Equal(ErrorCode.SpaceMismatch, Assert.Throws<SimileException>(() => Similarity.Measure(a, 0, b, 0)).Code);
        Assert.Equal(1, Similarity.Measure(a, 0, a, 0));
    }
}

public class TruncationTests
{
    [Fact]
    public void CutVectorsHaveUnitLengthAgain()
    {
        var cut = VectorSamples.Batch("m", [0.6f, 0, 0.8f, 0], [2]).Truncate(2);
        Assert.Equal([1f, 0], cut[0].ToArray());
        Assert.Equal(2, cut.Space.Dimensions);
    }

    [Fact]
    public void ALengthThatWasNotTrainedForIsRefused()
    {
        var error = Assert.Throws<SimileException>(() => VectorSamples.Batch("m", [0.6f, 0, 0.8f, 0], [2]).Truncate(3));
        Assert.Equal(ErrorCode.UnsupportedDimensions, error.Code);
        Assert.Contains("4, 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e30f)]
    [InlineData(1f)]
    public void VectorsOfAnySizeAreNormalized(float size)
    {
        float[] vector = [3 * size, 0, -4 * size];
        UnitLength.Normalize(vector);
        Assert.Equal([0.6f, 0, -0.8f], vector.Select(value => MathF.Round(value, 6)));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void AVectorWithoutDirectionIsAnError(float value) =>
        Assert.Equal(ErrorCode.InvalidVector, Assert.Throws<SimileException>(() => UnitLength.Normalize(new[] { value, 0 })).Code);
}

internal static class VectorSamples
{
    public static float[] Random(Random random, int rows, int dimensions) =>
        [.. Enumerable.Range(0, rows * dimensions).Select(_ => (random.NextSingle() * 2) - 1)];

    public static EmbeddingBatch Batch(string space, float[] vector, int[]? trained = null) =>
        new(
            new EmbeddingSpace(space, vector.Length, unitLength: true, SimilarityMetric.Cosine, trained),
            vector,
            [new EmbeddingOutcome(1, 1)]
        );
}
