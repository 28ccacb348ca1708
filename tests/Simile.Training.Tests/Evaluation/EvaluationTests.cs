using System.Text.Json;
using Simile.Training.Evaluation;

namespace Simile.Training.Tests.Evaluation;

/// <summary>Measures against scipy and numpy (tests/reference/evaluation.py).</summary>
public sealed class EvaluationTests : IDisposable
{
    private readonly JsonDocument _expected = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Training.Tests", "Evaluation", "expected.json")));
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void CorrelationsAreThoseOfScipy() => Assert.All(_expected.RootElement.GetProperty("correlations").EnumerateArray(), entry =>
    {
        var (a, b) = (Numbers(entry, "a"), Numbers(entry, "b"));
        Assert.Equal(entry.GetProperty("spearman").GetDouble(), Correlation.Spearman(a, b), 1e-12);
        Assert.Equal(entry.GetProperty("pearson").GetDouble(), Correlation.Pearson(a, b), 1e-12);
    });

    [Fact]
    public void RankingMeasuresAreThoseOfNumpy() => Assert.All(_expected.RootElement.GetProperty("rankings").EnumerateArray(), entry =>
    {
        var ranking = entry.GetProperty("ranking").EnumerateArray().Select(id => id.GetString()!).ToArray();
        var grades = entry.GetProperty("grades").EnumerateObject().ToDictionary(grade => grade.Name, grade => grade.Value.GetInt32());
        var k = entry.GetProperty("k").GetInt32();
        Assert.Equal(entry.GetProperty("ndcg").GetDouble(), RankingMetrics.Ndcg(ranking, grades, k), 1e-12);
        Assert.Equal(entry.GetProperty("recall").GetDouble(), RankingMetrics.Recall(ranking, grades, k), 1e-12);
        Assert.Equal(entry.GetProperty("mrr").GetDouble(), RankingMetrics.ReciprocalRank(ranking, grades, k), 1e-12);
    });

    [Fact]
    public void ADatasetOfBeirIsRead()
    {
        Directory.CreateDirectory(_folder.File("qrels"));
        File.WriteAllText(_folder.File("corpus.jsonl"), "{\"_id\":\"d1\",\"title\":\"T\",\"text\":\"x\"}\n{\"_id\":\"d2\",\"text\":\"y\"}\n");
        File.WriteAllText(_folder.File("queries.jsonl"), "{\"_id\":\"q1\",\"text\":\"one\"}\n{\"_id\":\"q2\",\"text\":\"none is relevant\"}\n");
        File.WriteAllText(_folder.File("qrels", "test.tsv"), "query-id\tcorpus-id\tscore\nq1\td2\t2\nq2\td1\t0\n");
        var dataset = RetrievalDataset.Load(_folder.Path);
        Assert.Equal(2, dataset.Documents.Count);
        Assert.Equal([("q1", "one")], dataset.Queries);
        File.WriteAllText(_folder.File("qrels", "test.tsv"), "query-id\tcorpus-id\tscore\nq1 d2 2\n");
        var error = Assert.Throws<SimileException>(() => RetrievalDataset.Load(_folder.Path));
        Assert.Equal(ErrorCode.BadEvaluationData, error.Code);
        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _expected.Dispose();
        _folder.Dispose();
    }

    private static double[] Numbers(JsonElement entry, string name) => [.. entry.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
