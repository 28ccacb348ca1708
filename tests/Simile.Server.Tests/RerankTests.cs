using System.Text.Json;

namespace Simile.Server.Tests;

/// <summary>The rerank routes, with a reranker and without one.</summary>
public sealed class RerankTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Query = "where does the cat sleep";
    private static readonly string[] Texts = ["interest rates rose again", "the cat sleeps on the sofa", "a dog barks"];
    private static readonly string TextsJson = JsonSerializer.Serialize(Texts);

    [Fact]
    public async Task WithoutARerankerCosinesOrderAndAreSaid()
    {
        var stop = TestContext.Current.CancellationToken;
        var query = await shared.Mini.EmbedAsync([Query], new EmbedOptions { Purpose = EmbedPurpose.Query }, stop);
        var texts = await shared.Mini.EmbedAsync(Texts, new EmbedOptions { Purpose = EmbedPurpose.Document }, stop);
        var scores = Texts.Select((_, i) => Similarity.Cosine(query[0], texts[i])).ToArray();
        var order = Enumerable.Range(0, Texts.Length).OrderByDescending(i => scores[i]).ToArray();

        foreach (var route in (string[])["/v1/rerank", "/v2/rerank", "/rerank"])
        {
            var answer = await shared.Server.AskAsync(route, $"{{\"query\":\"{Query}\",\"documents\":{TextsJson}}}");
            var rows = answer.GetProperty("results");
            Assert.Equal(order, rows.EnumerateArray().Select(row => row.GetProperty("index").GetInt32()));
            Assert.Equal(
                order.Select(i => Math.Clamp(scores[i], 0, 1)),
                rows.EnumerateArray().Select(row => row.GetProperty("relevance_score").GetSingle())
            );
            Assert.Contains("No reranker", answer.GetProperty("meta").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ARerankerScores()
    {
        var folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers", "bert-1");
        await using var server = await RunningServer.StartAsync((settings, _) => settings.Reranker = folder);
        using var reranker = await Reranker.LoadAsync(folder, cancellationToken: TestContext.Current.CancellationToken);
        var expected = await reranker.ScoreAsync(Query, Texts, TestContext.Current.CancellationToken);
        var order = expected.Ranking();

        var answer = await server.AskAsync("/v2/rerank", $"{{\"query\":\"{Query}\",\"documents\":{TextsJson},\"top_n\":2}}");
        var rows = answer.GetProperty("results");
        Assert.Equal(order.Take(2), rows.EnumerateArray().Select(row => row.GetProperty("index").GetInt32()));
        Assert.Equal(expected[order[0]][0], rows[0].GetProperty("relevance_score").GetSingle());
        Assert.False(answer.GetProperty("meta").TryGetProperty("warnings", out _));

        var bare = await server.AskAsync("/rerank", $"{{\"query\":\"{Query}\",\"texts\":{TextsJson},\"return_text\":true}}");
        Assert.Equal(order, bare.EnumerateArray().Select(row => row.GetProperty("index").GetInt32()));
        Assert.Equal(expected[order[0]][0], bare[0].GetProperty("score").GetSingle());
        Assert.Equal(Texts[order[0]], Read.Text(bare[0], "text"));
    }

    [Fact]
    public async Task VoyagesClientsReadDataAndJinasTheDocuments()
    {
        var voyage = await shared.Server.AskAsync("/v1/rerank", $"{{\"query\":\"{Query}\",\"documents\":{TextsJson},\"top_k\":1}}");
        Assert.Equal(1, voyage.GetProperty("data")[0].GetProperty("index").GetInt32());
        var jina = await shared.Server.AskAsync(
            "/v1/rerank",
            $"{{\"query\":\"{Query}\",\"documents\":[{{\"text\":\"{Texts[1]}\"}},\"{Texts[0]}\"],\"return_documents\":true}}"
        );
        Assert.Equal(Texts[1], Read.Text(jina.GetProperty("results")[0].GetProperty("document"), "text"));
    }

    [Theory]
    [InlineData("""{"documents":["a"]}""", 400)]
    [InlineData("""{"query":"a"}""", 400)]
    [InlineData("""{"query":"a","documents":"b"}""", 400)]
    [InlineData("""{"query":"a","documents":[null]}""", 400)]
    [InlineData("""{"query":"a","documents":["b"],"top_n":0}""", 400)]
    [InlineData("""{"query":"a","documents":["b",""]}""", 400)]
    [InlineData("""{"query":"","documents":["b"]}""", 400)]
    [InlineData("""{"query":"a","documents":["b"],"model":"nobody"}""", 404)]
    public async Task WhatIsWrongIsRefused(string body, int status)
    {
        var error = await shared.Server.RefusedAsync(status, "/v1/rerank", body);
        Assert.Equal(Read.Text(error, "message"), Read.Text(error, "detail"));
    }
}
