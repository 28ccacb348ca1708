using System.Text.Json;
using Simile.Training.Evaluation;

namespace Simile.Training.Tests.Evaluation;

/// <summary>Measures against scipy and numpy (tests/reference/evaluation.py).</summary>
public sealed class EvaluationTests : IDisposable
{
    private readonly JsonDocument _expected = JsonDocument.Parse(
        File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Training.Tests", "Evaluation", "expected.json"))
    );
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void CorrelationsAreThoseOfScipy() =>
        Assert.All(
            _expected.RootElement.GetProperty("correlations").EnumerateArray(),
            entry =>
            {
                var (a, b) = (Numbers(entry, "a"), Numbers(entry, "b"));
                Assert.Equal(entry.GetProperty("spearman").GetDouble(), Correlation.Spearman(a, b), 1e-12);
                Assert.Equal(entry.GetProperty("pearson").GetDouble(), Correlation.Pearson(a, b), 1e-12);
            }
        );

    [Fact]
    public void RankingMeasuresAreThoseOfNumpy() =>
        Assert.All(
            _expected.RootElement.GetProperty("rankings").EnumerateArray(),
            entry =>
            {
                var ranking = entry.GetProperty("ranking").EnumerateArray().Select(id => id.GetString()!).ToArray();
                var grades = entry
                    .GetProperty("grades")
                    .EnumerateObject()
                    .ToDictionary(grade => grade.Name, grade => grade.Value.GetInt32());
                var k = entry.GetProperty("k").GetInt32();
                Assert.Equal(entry.GetProperty("ndcg").GetDouble(), RankingMetrics.Ndcg(ranking, grades, k), 1e-12);
                Assert.Equal(entry.GetProperty("recall").GetDouble(), RankingMetrics.Recall(ranking, grades, k), 1e-12);
                Assert.Equal(entry.GetProperty("mrr").GetDouble(), RankingMetrics.ReciprocalRank(ranking, grades, k), 1e-12);
            }
        );

    [Theory]
    [InlineData(
        "{\"_id\":1,\"text\":\"x\"}\n\n{\"_id\":2,\"text\":\"y\"}\n",
        "{\"_id\":10,\"text\":\"q\"}\n",
        "query-id\tcorpus-id\tscore\r\n10\t2\t1\r\n\r\n"
    )]
    [InlineData("{\"_id\":\"1\",\"text\":\"x\"}\n{\"_id\":\"2\",\"text\":\"y\"}\n", "{\"_id\":\"10\",\"text\":\"q\"}\n", "10\t2\t1\n")]
    public void IdsMayBeNumbersAndJudgementsMayHaveNoHead(string corpus, string queries, string judgements)
    {
        Write(corpus, queries, judgements);
        var dataset = RetrievalDataset.Load(_folder.Path);
        Assert.Equal(["1", "2"], dataset.Documents.Select(document => document.Id));
        Assert.Equal([("10", "q")], dataset.Queries);
        Assert.Equal(1, dataset.Judgements["10"]["2"]);
    }

    [Theory]
    [InlineData("{\"_id\":\"a\",\"text\":\"x\"}\n\n{\"text\":\"y\"}\n", "Line 3 of", "no _id")]
    [InlineData("{\"_id\":\"a\",\"text\":\"x\"}\n{\"_id\":\"\",\"text\":\"y\"}\n", "Line 2 of", "_id")]
    [InlineData("{\"_id\":\"a\",\"text\":\"x\"}\n{\"_id\":null,\"text\":\"y\"}\n", "Line 2 of", "null as its _id")]
    [InlineData(
        "{\"_id\":\"a\",\"text\":\"x\"}\n{\"_id\":\"b\",\"text\":\"y\"}\n{\"_id\":\"a\",\"text\":\"z\"}\n",
        "Lines 1 and 3 of",
        "_id 'a'"
    )]
    [InlineData("{\"_id\":\"a\",\"text\":\"x\"}\n[1]\n", "Line 2 of", "_id and text")]
    public void ABadIdIsToldWithItsLine(string corpus, string line, string what)
    {
        Write(corpus, "{\"_id\":\"q\",\"text\":\"q\"}\n", "q\ta\t1\n");
        var error = Assert.Throws<SimileException>(() => RetrievalDataset.Load(_folder.Path));
        Assert.Equal(ErrorCode.BadEvaluationData, error.Code);
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains("corpus.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADatasetOfBeirIsRead()
    {
        Directory.CreateDirectory(_folder.File("qrels"));
        File.WriteAllText(
            _folder.File("corpus.jsonl"),
            "{\"_id\":\"d1\",\"title\":\"T\",\"text\":\"x\"}\n{\"_id\":\"d2\",\"text\":\"y\"}\n"
        );
        File.WriteAllText(
            _folder.File("queries.jsonl"),
            "{\"_id\":\"q1\",\"text\":\"one\"}\n{\"_id\":\"q2\",\"text\":\"none is relevant\"}\n"
        );
        File.WriteAllText(_folder.File("qrels", "test.tsv"), "query-id\tcorpus-id\tscore\nq1\td2\t2\nq2\td1\t0\n");
        var dataset = RetrievalDataset.Load(_folder.Path);
        Assert.Equal(2, dataset.Documents.Count);
        Assert.Equal([("q1", "one")], dataset.Queries);
        File.WriteAllText(_folder.File("qrels", "test.tsv"), "query-id\tcorpus-id\tscore\nq1 d2 2\n");
        var error = Assert.Throws<SimileException>(() => RetrievalDataset.Load(_folder.Path));
        Assert.Equal(ErrorCode.BadEvaluationData, error.Code);
        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
    }

    private void Write(string corpus, string queries, string judgements)
    {
        Directory.CreateDirectory(_folder.File("qrels"));
        File.WriteAllText(_folder.File("corpus.jsonl"), corpus);
        File.WriteAllText(_folder.File("queries.jsonl"), queries);
        File.WriteAllText(_folder.File("qrels", "test.tsv"), judgements);
    }

    public void Dispose()
    {
        _expected.Dispose();
        _folder.Dispose();
    }

    private static double[] Numbers(JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
