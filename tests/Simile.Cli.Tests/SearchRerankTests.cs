using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>'search --rerank' and 'eval retrieval --rerank'. The scores are those that sentence-transformers gives
/// (tests/reference/families.py).</summary>
public sealed class SearchRerankTests : IDisposable
{
    private static readonly string Models = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task TheBestAnswersAreReorderedAndShowBothScores()
    {
        var pairs = await PairsAsync("bert-1");
        var documents = Directory.CreateDirectory(_folder.File("docs")).FullName;
        foreach (var (i, text) in pairs.Select(pair => pair.Text).Index())
        {
            await File.WriteAllTextAsync(Path.Combine(documents, $"{i}.txt"), text, TestContext.Current.CancellationToken);
        }

        foreach (var (query, text, score) in pairs.Take(3))
        {
            var rows = await SearchAsync(query, documents, "--rerank", Path.Combine(Models, "bert-1"), "--top", "7");
            Assert.Equal(pairs.Count, rows.Count);
            Assert.Equal(Enumerable.Range(1, rows.Count), rows.Select(row => row.GetProperty("rank").GetInt32()));
            var scores = rows.Select(row => row.GetProperty("rerank_score").GetDouble()).ToArray();
            Assert.Equal(scores.OrderDescending(), scores);
            Assert.Equal(score, scores[rows.FindIndex(row => row.GetProperty("text").GetString() == text.Trim())], 2e-5);
        }

        // Without a reranker, and below the answers that are reordered, the order is that of the search.
        var plain = await SearchAsync(pairs[0].Query, documents, "--top", "7");
        Assert.All(plain, row => Assert.False(row.TryGetProperty("rerank_score", out _)));
        var few = await SearchAsync(
            pairs[0].Query,
            documents,
            "--top",
            "7",
            "--rerank",
            Path.Combine(Models, "bert-1"),
            "--rerank-top",
            "2"
        );
        Assert.Equal(plain.Skip(2).Select(PathOf), few.Skip(2).Select(PathOf));
        Assert.Equal(plain.Take(2).Select(PathOf).Order(), few.Take(2).Select(PathOf).Order());
        Assert.Equal(
            [2, 5],
            [
                few.Count(row => row.GetProperty("rerank_score").ValueKind == JsonValueKind.Number),
                few.Count(row => row.GetProperty("rerank_score").ValueKind == JsonValueKind.Null),
            ]
        );

        var shown = await RunAsync("search", pairs[0].Query, "--in", documents, "--rerank", Path.Combine(Models, "bert-1"), "--top", "1");
        Assert.Contains("  rerank 0.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("  search ", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "SIM203", "--rerank", "simile-text-mini")]
    [InlineData(1, "SIM203", "--rerank", "THREE")]
    [InlineData(1, "SIM201", "--rerank", "no-such-model")]
    [InlineData(2, "SIM901", "--rerank-top", "10")]
    [InlineData(2, "--rerank-top takes", "--rerank", "THREE", "--rerank-top", "0")]
    [InlineData(2, "--rerank needs a value", "--rerank", "")]
    public async Task WhatCannotRerankIsRefusedBeforeAnythingIsRead(int exitCode, string said, params string[] arguments)
    {
        var result = await RunAsync([
            "search",
            "heron",
            "--in",
            _folder.File("nowhere"),
            .. arguments.Select(argument => argument == "THREE" ? Path.Combine(Models, "bert-3") : argument),
        ]);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APictureKeepsItsPlaceAndAPictureIsNoQuery()
    {
        var picture = RepositoryRoot.Find("samples", "pictures", "sailboat.jpg");
        var documents = Directory.CreateDirectory(_folder.File("docs")).FullName;
        File.Copy(picture, Path.Combine(documents, "sailboat.jpg"));
        await File.WriteAllTextAsync(Path.Combine(documents, "a.txt"), "heron otter ladder", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(documents, "b.txt"), "a sailboat on the river", TestContext.Current.CancellationToken);
        string[] rerank = ["--rerank", Path.Combine(Models, "bert-1")];
        var plain = await RunAsync("search", "a sailboat", "--in", documents, "--json");
        var result = await RunAsync(["search", "a sailboat", "--in", documents, "--json", .. rerank]);
        Assert.Equal(PlaceOf(plain), PlaceOf(result));
        Assert.Contains("1 of 3 answers have no score", result.Error, StringComparison.Ordinal);
        var asked = await RunAsync(["search", "@" + picture, "--in", documents, .. rerank]);
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("SIM106", asked.Error, StringComparison.Ordinal);
        static int PlaceOf(CliResult result) =>
            Array.FindIndex(result.Lines, line => line.Contains("\"kind\":\"picture\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnEvaluationReportsTheRerankedSearchToo()
    {
        var (folder, scores) = (Directory.CreateDirectory(_folder.File("beir")).FullName, new List<(string Id, double Score)>());
        string[] texts = ["otter ladder", "heron heron", "stone bread", "kettle river", "heron amber violin"];
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "corpus.jsonl"),
            texts.Select((text, i) => $$"""{"_id":"d{{i}}","text":"{{text}}"}"""),
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            Path.Combine(folder, "queries.jsonl"),
            """{"_id":"q","text":"heron"}""",
            TestContext.Current.CancellationToken
        );
        foreach (
            var row in (await RunAsync(["rerank", "heron", .. texts, "--json", "--model", Path.Combine(Models, "bert-1")])).Lines.Select(
                line => JsonDocument.Parse(line).RootElement
            )
        )
        {
            scores.Add(($"d{row.GetProperty("index").GetInt32()}", row.GetProperty("score").GetDouble()));
        }

        // The one relevant document is the reranker's third, so that its reciprocal rank is 1/3 and its nDCG 1/log2(4).
        Directory.CreateDirectory(Path.Combine(folder, "qrels"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "qrels", "test.tsv"),
            $"query-id\tcorpus-id\tscore\nq\t{scores[2].Id}\t1\n",
            TestContext.Current.CancellationToken
        );
        var result = await RunAsync("eval", "retrieval", folder, "--rerank", Path.Combine(Models, "bert-1"), "--json");
        Assert.Equal(0, result.ExitCode);
        var rows = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["dense", "keyword", "hybrid", "hybrid+rerank"], rows.Select(row => row.GetProperty("mode").GetString()));
        Assert.Equal(1.0 / 3, rows[3].GetProperty("mrr@10").GetDouble(), 1e-12);
        Assert.Equal(0.5, rows[3].GetProperty("ndcg@10").GetDouble(), 1e-12);
        Assert.Equal((1, 0), (rows[3].GetProperty("recall@100").GetDouble(), rows[3].GetProperty("unscored").GetInt32()));
        Assert.Contains(
            "hybrid+rerank 1 query",
            (await RunAsync("eval", "retrieval", folder, "--rerank", Path.Combine(Models, "bert-1"))).Output,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<List<(string Query, string Text, double Score)>> PairsAsync(string model)
    {
        using var document = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(Models, model, "expected.json"), TestContext.Current.CancellationToken)
        );
        return
        [
            .. document
                .RootElement.GetProperty("pairs")
                .EnumerateArray()
                .Zip(
                    document.RootElement.GetProperty("scores").EnumerateArray(),
                    (pair, score) => (pair[0].GetString()!, pair[1].GetString()!, score[0].GetDouble())
                ),
        ];
    }

    private static string? PathOf(JsonElement row) => row.GetProperty("path").GetString();

    private async Task<List<JsonElement>> SearchAsync(string query, string documents, params string[] arguments) =>
        [
            .. (await RunAsync(["search", query, "--in", documents, "--json", .. arguments])).Lines.Select(line =>
                JsonDocument.Parse(line).RootElement
            ),
        ];

    private Task<CliResult> RunAsync(params string[] arguments) =>
        CliProcess.RunAsync(null, new Dictionary<string, string> { ["XDG_CACHE_HOME"] = _folder.File("cache") }, arguments);
}
