using System.Text.Json;
using Simile.Images;
using Simile.Models;
using Simile.Multimodal;

namespace Simile.Server.Tests;

/// <summary>Pictures in every shape that clients send, on the ordinary route.</summary>
public sealed class PictureTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncLifetime
{
    private const string Route = "/v1/embeddings";
    private static readonly byte[] File = System.IO.File.ReadAllBytes(RepositoryRoot.Find("samples", "pictures", "pizza.jpg"));
    private static readonly string Plain = Convert.ToBase64String(File);
    private static readonly string Uri = "data:image/jpeg;base64," + Plain;
    private EmbeddingModel _model = null!;

    public async ValueTask InitializeAsync() =>
        _model = await EmbeddingModel.OpenAsync(RunningServer.Mini, new EmbeddingModelOptions { Needs = Modality.Text | Modality.Image });

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    public static TheoryData<string> Shapes =>
        [
            """{"input":[{"image":"URI"}]}""",
            """{"input":[{"image":"PLAIN"}]}""",
            """{"input":{"bytes":"PLAIN"}}""",
            """{"input":[{"type":"image_url","image_url":{"url":"URI"}}]}""",
            """{"input":[{"type":"image_url","image_url":"URI"}]}""",
            """{"input":[{"type":"image_base64","image_base64":"URI"}]}""",
            """{"input":[{"content":[{"type":"image_url","image_url":{"url":"URI"}}]}]}""",
            """{"inputs":[{"content":[{"type":"image_base64","image_base64":"URI"}]}],"model":"simile-text-mini"}""",
            """{"input":["PLAIN"],"modality":"image"}""",
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"URI"}}]}]}""",
            """{"input":[{"image":"URI","model":"whatever","options":{"a":[1]}}]}""",
        ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task OnePictureOneVector(string body)
    {
        var expected = await _model.Images!.EmbedAsync(
            [ImageInput.FromBytes(File)],
            cancellationToken: TestContext.Current.CancellationToken
        );
        var answer = await shared.Server.AskAsync(Route, body.Replace("URI", Uri).Replace("PLAIN", Plain));
        Assert.Equal(
            expected[0].ToArray(),
            Read.Floats(Assert.Single(answer.GetProperty("data").EnumerateArray()).GetProperty("embedding"))
        );
    }

    [Fact]
    public async Task ATextWithAPictureIsFused()
    {
        var fused = new MultimodalEmbedder(_model.Texts!, _model.Images!, new SphericalFusion());
        var input = new MultimodalInput("a pizza", ImageInput.FromBytes(File));
        var expected = await fused.EmbedAsync([input], cancellationToken: TestContext.Current.CancellationToken);
        var answer = await shared.Server.AskAsync(
            Route,
            $"{{\"input\":[\"a dog\",{{\"content\":[{{\"type\":\"text\",\"text\":\"a pizza\"}},{{\"image\":\"{Uri}\"}}]}}]}}"
        );
        Assert.Equal(expected[0].ToArray(), Read.Floats(answer.GetProperty("data")[1].GetProperty("embedding")));
    }

    [Fact]
    public async Task CoheresPicturesToo()
    {
        var expected = await _model.Images!.EmbedAsync(
            [ImageInput.FromBytes(File)],
            cancellationToken: TestContext.Current.CancellationToken
        );
        var answer = await shared.Server.AskAsync("/v2/embed", $"{{\"images\":[\"{Uri}\"],\"input_type\":\"image\"}}");
        Assert.Equal(expected[0].ToArray(), Read.Floats(answer.GetProperty("embeddings").GetProperty("float")[0]));
    }

    [Theory]
    [InlineData("""{"image":"http://127.0.0.1:1/a.png"}""", "fetches nothing")]
    [InlineData("""{"image":"file:///etc/passwd"}""", "fetches nothing")]
    [InlineData("""{"url":"https://example.org/a.png"}""", "fetches nothing")]
    [InlineData("""{"image":"data:image/png,abc"}""", "not in base64")]
    [InlineData("""{"image":"§"}""", "no base64")]
    [InlineData("""{"image":""}""", "no base64, or empty")]
    [InlineData("""{"image":"AAAA"}""", "")]
    [InlineData("""{"image":7}""", "no text")]
    [InlineData("""{"nothing":"here"}""", "without a text and without a picture")]
    [InlineData("""{"content":[]}""", "null")]
    [InlineData("""{"image":"iVBORw0KGgo="}""", "")]
    public async Task BadPicturesAreThatInputsError(string input, string message)
    {
        var error = Read.Error(await shared.Server.RefusedAsync(400, Route, $"{{\"input\":[\"a cat\",{input}]}}"));
        Assert.StartsWith("input[1]: ", Read.Text(error, "message"), StringComparison.Ordinal);
        Assert.Contains(message, Read.Text(error, "message"), StringComparison.Ordinal);

        var partly = await shared.Server.AskAsync(Route, $"{{\"input\":[\"a cat\",{input}]}}", ("x-simile-partial", "true"));
        Assert.Equal(JsonValueKind.Array, partly.GetProperty("data")[0].GetProperty("embedding").ValueKind);
        Assert.Equal(JsonValueKind.Null, partly.GetProperty("data")[1].GetProperty("embedding").ValueKind);
    }

    [Fact]
    public async Task AModelOfTextsRefusesThem()
    {
        var error = Read.Error(
            await shared.Server.RefusedAsync(400, Route, $"{{\"model\":\"{RunningServer.Bert}\",\"input\":[{{\"image\":\"{Uri}\"}}]}}")
        );
        Assert.Equal("SIM106", Read.Text(error, "code"));
    }
}
