using Simile.Vectors;
using Simile.Vectors.Codes;

namespace Simile.Tests.Vectors;

public class TopKTests
{
    private const int Dimensions = 24;
    private readonly Random _random = new(11);

    [Theory]
    [InlineData(SimilarityMetric.Dot, true)]
    [InlineData(SimilarityMetric.Cosine, true)]
    [InlineData(SimilarityMetric.Euclidean, false)]
    [InlineData(SimilarityMetric.Manhattan, false)]
    public void ItFindsWhatSortingFinds(SimilarityMetric metric, bool higherIsBetter)
    {
        var rows = VectorSamples.Random(_random, 20_000, Dimensions);
        var query = VectorSamples.Random(_random, 1, Dimensions);
        var scored = Enumerable
            .Range(0, 20_000)
            .Select(i => new ScoredRow(i, Similarity.Measure(metric, query, rows.AsSpan(i * Dimensions, Dimensions))));
        var expected = (higherIsBetter ? scored.OrderByDescending(row => row.Score) : scored.OrderBy(row => row.Score))
            .ThenBy(row => row.Row)
            .Take(37)
            .ToArray();
        Assert.Equal(expected, TopK.Search(rows, Dimensions, query, 37, metric, threads: 1));
        Assert.Equal(expected, TopK.Search(rows, Dimensions, query, 37, metric, threads: 5));
    }

    [Fact]
    public void TiesGoToTheEarlierRow()
    {
        var rows = Enumerable.Repeat(1f, 30_000).ToArray();
        Assert.Equal(Enumerable.Range(0, 100), TopK.Search(rows, 1, new[] { 1f }, 100, threads: 4).Select(row => row.Row));
    }

    [Fact]
    public void FewerRowsThanWantedAreAllGiven() => Assert.Equal(2, TopK.Search(new float[4], 2, new float[2], 10).Length);

    [Fact]
    public void NoRowsGiveNothing() => Assert.Empty(TopK.Search(Array.Empty<float>(), 2, new float[2], 10));

    [Theory]
    [InlineData(0, 0f, ErrorCode.InvalidOption)]
    [InlineData(1, float.NaN, ErrorCode.InvalidVector)]
    public void SenselessQuestionsAreErrors(int k, float value, string code) =>
        Assert.Equal(code, Assert.Throws<SimileException>(() => TopK.Search(new float[4], 2, new[] { value, 0 }, k)).Code);

    [Fact]
    public void ManyQueriesGiveWhatSingleOnesGive()
    {
        var rows = VectorSamples.Random(_random, 500, Dimensions);
        var queries = VectorSamples.Random(_random, 3, Dimensions);
        var many = TopK.SearchMany(rows, Dimensions, queries, 9, threads: 2);
        Assert.Equal(TopK.Search(rows, Dimensions, queries.AsMemory(Dimensions, Dimensions), 9), many[1]);
    }

    [Fact]
    public void CodesFindNearlyWhatFloatsFind()
    {
        var rows = VectorSamples.Random(_random, 4000, 64);
        var query = rows.AsMemory(64 * 17, 64);
        var exact = TopK.Search(rows, 64, query, 10).Select(row => row.Row).ToHashSet();
        var calibration = Int8Calibration.Measure(rows, 64);
        Assert.True(new Int8Codes(rows, calibration).Search(query, 10).Count(row => exact.Contains(row.Row)) >= 9);
        var binary = new BinaryCodes(rows, 64).Search(query, 10, oversampling: 20);
        Assert.Equal(17, binary[0].Row);
        Assert.True(binary.Count(row => exact.Contains(row.Row)) >= 3);
    }

    [Fact]
    public void ACodeDoesNotDependOnTheOtherVectors()
    {
        var rows = VectorSamples.Random(_random, 100, 64);
        var calibration = Int8Calibration.Measure(rows, 64);
        Assert.Equal(new Int8Codes(rows, calibration)[7].ToArray(), new Int8Codes(rows.AsSpan(7 * 64, 64), calibration)[0].ToArray());
    }

    [Fact]
    public void ACalibrationSurvivesItsFile()
    {
        using var folder = new TemporaryFolder();
        var calibration = Int8Calibration.Measure(VectorSamples.Random(_random, 50, 8), 8);
        calibration.Save(folder.File("calibration.json"));
        Assert.Equal(calibration.Scales.ToArray(), Int8Calibration.Load(folder.File("calibration.json")).Scales.ToArray());
        Assert.Equal(ErrorCode.NotCalibrated, Assert.Throws<SimileException>(() => Int8Calibration.Load(folder.File("none.json"))).Code);
    }
}
