using System.Text;
using Simile.Search;
using Simile.Vectors;
using Simile.Vectors.Codes;
using Simile.Vectors.Files;

namespace Simile.Tests.Vectors;

/// <summary>NaN, infinity, and numbers whose squares are: they never rank, never pass for a vector, and never spoil another one.</summary>
public sealed class NotFiniteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<float> Others => [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    public static TheoryData<SimilarityMetric> Metrics => [.. Enum.GetValues<SimilarityMetric>()];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void ARowThatIsNotFiniteNeverRanks(SimilarityMetric metric)
    {
        float[] rows = [float.NaN, float.NaN, 1, 0, float.PositiveInfinity, 1, 0, 1, 1, float.NegativeInfinity];
        Assert.Equal([1, 3], TopK.Search(rows, 2, new float[] { 1, 0 }, 5, metric).Select(row => row.Row));
        Assert.Equal([1], TopK.SearchMany(rows, 2, new float[] { 1, 0 }, 1, metric)[0].Select(row => row.Row));
        Assert.Empty(TopK.Search(rows.AsMemory(0, 2), 2, new float[] { 1, 0 }, 5, metric));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void CodesNeverFindARowThatIsNotFinite(float other)
    {
        float[] rows = [1, 0.5f, other, 1, 0.5f, 1];
        var calibration = new Int8Calibration([0.01f, 0.01f]);
        Assert.Equal([0, 2], new Int8Codes(rows, calibration).Search(new float[] { 1, 0 }, 3).Select(row => row.Row));
        Assert.Equal([0, 2], new BinaryCodes(rows, 2).Search(new float[] { 1, 0 }, 3).Select(row => row.Row).Order());
        Assert.Equal(ErrorCode.InvalidVector, Assert.Throws<SimileException>(() => calibration.Quantize([other, 1], new sbyte[2])).Code);
        Assert.Equal(Int8Calibration.Measure([1, 0.5f, 0.5f, 1], 2).Scales.ToArray(), Int8Calibration.Measure(rows, 2).Scales.ToArray());
        Assert.Equal(ErrorCode.NotCalibrated, Assert.Throws<SimileException>(() => Int8Calibration.Measure([other, 1], 2)).Code);
    }

    [Theory]
    [InlineData(1e30f, 1e30f)]
    [InlineData(1e-30f, 1e-30f)]
    [InlineData(1e-42f, 1e-42f)]
    [InlineData(3e38f, 1e-42f)]
    [InlineData(1f, 1e-30f)]
    public void AnglesOfHugeAndTinyVectorsAreRight(float a, float b)
    {
        Assert.Equal(MathF.Sqrt(0.5f), Similarity.Cosine([a, a], [b, 0]), 1e-6f);
        Assert.Equal(-1, Similarity.Cosine([a, a], [-b, -b]), 1e-6f);
        Assert.Equal(0, Similarity.Cosine([a, 0], [0, b]));
        Assert.Equal(1, TopK.Search(new[] { b, 0, b, b, 0, b }, 2, new[] { a, a }, 1, SimilarityMetric.Cosine)[0].Row);
        var unit = new[] { 3 * (a / 4), a };
        var (x, y) = ((double)unit[0], (double)unit[1]);
        UnitLength.Normalize(unit);
        Assert.Equal(x / Math.Sqrt((x * x) + (y * y)), unit[0], 1e-6);
        Assert.Equal(y / Math.Sqrt((x * x) + (y * y)), unit[1], 1e-6);
    }

    [Fact]
    public void DistancesOfHugeAndTinyVectorsAreRight()
    {
        Assert.Equal(5e30f, Similarity.Euclidean([3e30f, 0], [0, 4e30f]), 1e25f);
        Assert.Equal(5e-30f, Similarity.Euclidean([3e-30f, 0], [0, 4e-30f]), 1e-35f);
        Assert.Equal(float.MaxValue, Similarity.Euclidean([3e38f], [-3e38f]));
        Assert.Equal(float.MaxValue, Similarity.Manhattan([3e38f, 0], [0, 3e38f]));
        Assert.Equal(0, Similarity.Euclidean([1, 2], [1, 2]));
        Assert.Equal(float.MaxValue, Similarity.Dot([1e30f], [1e30f]));
        Assert.Equal(-float.MaxValue, Similarity.Dot([1e30f], [-1e30f]));
        Assert.Equal(2, Similarity.Dot([1e30f, 1e30f, 1], [1e30f, -1e30f, 2]));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void AVectorThatIsNotFiniteIsLikeNothing(float other)
    {
        foreach (var metric in Enum.GetValues<SimilarityMetric>())
        {
            Assert.True(float.IsNaN(Similarity.Measure(metric, [other, 1], [1, 1])));
            Assert.True(float.IsNaN(Similarity.Measure(metric, [0, 1], [other, 1])));
            Assert.True(float.IsNaN(Similarity.Measure(metric, [other, 1], [other, 1])));
        }

        Assert.False(UnitLength.TryNormalize(new[] { other, 1 }));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void ABatchTakesNoVectorThatIsNotFinite(float other)
    {
        var space = new EmbeddingSpace("drawn", 2, unitLength: false, SimilarityMetric.Cosine);
        var batch = new EmbeddingBatch(space, [1, 2, other, 3, 4, 5], [new(3, 3), new(4, 4), new(5, 5)]);
        Assert.Equal([null, ErrorCode.InvalidVector, null], batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code));
        Assert.Equal((4, 0), (batch.Outcomes[1].TokensSeen, batch.Outcomes[1].TokensUsed));
        Assert.Equal([1, 2, 0, 0, 4, 5], batch.Block.ToArray());
        Assert.Contains("place 0 of 2", batch.Outcomes[1].Error!.Message);
    }

    [Theory]
    [InlineData("npy")]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("safetensors")]
    public async Task InAFileSuchARowIsAFailedOne(string ending)
    {
        var path = _folder.File("vectors." + ending);
        Assert.Equal(3, await VectorFiles.WriteAsync(path, 2, Rows(), TestContext.Current.CancellationToken));
        var table = VectorFiles.Read(path);
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(table.HasVector));
        Assert.Equal([1, 2, 5, 6], [.. table.Values[..2], .. table.Values[4..]]);
        Assert.Equal([0, 2], TopK.Search(table.Values, 2, new float[] { 1, 1 }, 3).Select(row => row.Row).Order());
        Assert.True(
            ending != "jsonl"
                || (await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken))[1]
                    .Contains(ErrorCode.InvalidVector, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("vectors.csv", "1,2\nnan,1e39\n3,4\n")]
    [InlineData("vectors.csv", "1,2\nInfinity,0\n3,4\n")]
    public void AFilesRowThatIsNotFiniteHasNoVector(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content, Encoding.ASCII);
        var table = VectorFiles.Read(_folder.File(name));
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(table.HasVector));
    }

    [Fact]
    public void ABadLineOfAFileIsNamed()
    {
        File.WriteAllText(_folder.File("vectors.jsonl"), "{\"embedding\":[1]}\n{\"embedding\":[NaN]}\n");
        var error = Assert.Throws<SimileException>(() => VectorFiles.Read(_folder.File("vectors.jsonl")));
        Assert.Equal(ErrorCode.BadVectorFile, error.Code);
        Assert.Contains("line 2", error.Message);
    }

    [Fact]
    public void FusedRankingsLeaveOutWhatHasNoScore()
    {
        ScoredChunk[] dense = [new(1, double.PositiveInfinity), new(2, 0.9), new(3, double.NaN), new(4, 0.1)];
        ScoredChunk[] words = [new(4, 7), new(5, double.NaN)];
        foreach (var fusion in (IRankFusion[])[new ReciprocalRankFusion(), new ScoreFusion()])
        {
            var fused = fusion.Fuse(dense, words, new HashSet<long>());
            Assert.Equal([2, 4], fused.Select(chunk => chunk.Id).Order());
            Assert.All(fused, chunk => Assert.True(double.IsFinite(chunk.Score)));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async IAsyncEnumerable<VectorRow> Rows()
    {
        await Task.CompletedTask;
        yield return new VectorRow(new float[] { 1, 2 });
        yield return new VectorRow(new[] { 3, float.NaN });
        yield return new VectorRow(new float[] { 5, 6 });
    }
}
