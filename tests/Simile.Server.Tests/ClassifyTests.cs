using System.Text.Json;
using Simile.Models;
using Simile.Multimodal;

namespace Simile.Server.Tests;

/// <summary>Labels, fusions and browsers.</summary>
public sealed class ClassifyTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string[] Labels = ["pizza", "umbrella", "chair"];
    private static readonly byte[] File = System.IO.File.ReadAllBytes(RepositoryRoot.Find("samples", "pictures", "pizza.jpg"));
    private static readonly string Picture = Convert.ToBase64String(File);

    [Fact]
    public async Task TextsAndPicturesAreSortedUnderLabels()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var model = await EmbeddingModel.OpenAsync(
            RunningServer.Mini,
            new EmbeddingModelOptions { Needs = Modality.Text | Modality.Image },
            stop
        );
        var options = new ZeroShotOptions { Templates = ["a photo of a {}"] };
        var classifier = await ZeroShotClassifier<Content>.CreateAsync(model.Embedder, model.Texts!, Labels, options, stop);
        var expected = await classifier.ClassifyAsync(["somewhere to sit", ImageInput.FromBytes(File)], stop);

        var answer = await shared.Server.AskAsync(
            "/classify",
            $"{{\"input\":[\"somewhere to sit\",{{\"image\":\"{Picture}\"}},\"\"],\"labels\":{JsonSerializer.Serialize(Labels)},"
                + "\"templates\":[\"a photo of a {}\"]}"
        );
        var rows = answer.GetProperty("data");
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(
                expected[i].Scores.Select(score => (score.Label, score.Score)),
                rows[i]
                    .GetProperty("labels")
                    .EnumerateArray()
                    .Select(row => (Read.Text(row, "label"), row.GetProperty("score").GetDouble()))
            );
        }

        Assert.Equal("pizza", Read.Text(rows[1].GetProperty("labels")[0], "label"));
        Assert.Equal("SIM101", Read.Text(rows[2], "code"));
    }

    [Theory]
    [InlineData("""{"labels":["a"]}""", 400)]
    [InlineData("""{"input":"a"}""", 400)]
    [InlineData("""{"input":"a","labels":[]}""", 400)]
    [InlineData("""{"input":"a","labels":["b","b"]}""", 400)]
    [InlineData("""{"input":"a","labels":[null]}""", 400)]
    [InlineData("""{"input":"a","labels":["b"],"templates":["none"]}""", 400)]
    [InlineData("""{"input":[[1,2]],"labels":["b"]}""", 400)]
    [InlineData("""{"input":"a","labels":["b"],"model":"nobody"}""", 404)]
    public async Task WhatIsWrongIsRefused(string body, int status) =>
        Assert.NotEmpty(Read.Text(await shared.Server.RefusedAsync(status, "/classify", body), "title"));

    [Fact]
    public async Task TheFusionIsChosenByName()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var model = await EmbeddingModel.OpenAsync(
            RunningServer.Mini,
            new EmbeddingModelOptions { Needs = Modality.Text | Modality.Image },
            stop
        );
        foreach (
            var (name, fusion) in ((string, IFusion)[])
                [("spherical", new SphericalFusion(0.25)), ("sum", new WeightedSumFusion(0.75, 0.25))]
        )
        {
            var embedder = new MultimodalEmbedder(model.Texts!, model.Images!, fusion);
            var expected = await embedder.EmbedAsync([new MultimodalInput("lunch", ImageInput.FromBytes(File))], cancellationToken: stop);
            var answer = await shared.Server.AskAsync(
                "/fuse",
                $"{{\"input\":{{\"text\":\"lunch\",\"image\":\"{Picture}\"}},\"fusion\":\"{name}\",\"image_share\":0.25}}"
            );
            Assert.Equal(expected[0].ToArray(), Read.Floats(answer.GetProperty("data")[0].GetProperty("embedding")));
        }

        await shared.Server.RefusedAsync(400, "/fuse", """{"input":"a","fusion":"stir"}""");
        await shared.Server.RefusedAsync(400, "/fuse", """{"input":"a","image_share":7}""");
    }

    [Fact]
    public async Task ABrowserIsToldWhichPagesMayRead()
    {
        await using var server = await RunningServer.StartAsync((_, options) => options.Origins = ["https://notes.example"]);
        using var asked = await PreflightAsync(server, "https://notes.example");
        Assert.Equal(204, (int)asked.StatusCode);
        Assert.Equal("authorization,x-stainless-lang", asked.Headers.GetValues("Access-Control-Allow-Headers").Single());
        using var answer = await server.PostAsync("/v1/embeddings", """{"input":"a"}""", ("Origin", "https://notes.example"));
        Assert.Equal("https://notes.example", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());

        using var other = await PreflightAsync(server, "https://evil.example");
        Assert.Equal(403, (int)other.StatusCode);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(RunningServer server, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/embeddings");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-stainless-lang");
        return await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
