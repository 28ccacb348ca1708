using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Embeddings;

namespace Simile.Server.Tests;

/// <summary>The makers' own .NET clients against the real server.</summary>
public sealed class OfficialClientTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string[] Texts = ["a cat on the sofa", "interest rates rose again", "日本語 🙂"];

    [Theory]
    [InlineData(RunningServer.Mini)]
    [InlineData(RunningServer.Bert)]
    public async Task OpenAisClientGetsTheBits(string model)
    {
        var expected = await shared.Model(model).EmbedAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        var result = await Client(model).GenerateEmbeddingsAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected.Select(vector => vector.ToArray()), result.Value.Select(embedding => embedding.ToFloats().ToArray()));
        Assert.Equal(expected.Outcomes.ToArray().Sum(outcome => outcome.TokensUsed), result.Value.Usage.InputTokenCount);
    }

    [Fact]
    public async Task OpenAisClientShowsWhatIsWrong()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() =>
            Client("nobody").GenerateEmbeddingAsync("a cat", cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAisClientAsksForFewerDimensions()
    {
        var expected = await shared.Mini.EmbedAsync(
            Texts[..1],
            new EmbedOptions { Dimensions = 128 },
            TestContext.Current.CancellationToken
        );
        var result = await Client(RunningServer.Mini)
            .GenerateEmbeddingAsync(
                Texts[0],
                new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 128 },
                TestContext.Current.CancellationToken
            );
        Assert.Equal(expected[0].ToArray(), result.Value.ToFloats().ToArray());
    }

    [Fact]
    public async Task MicrosoftExtensionsAiGetsTheBits()
    {
        var expected = await shared.Bert.EmbedAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        using var generator = Client(RunningServer.Bert).AsIEmbeddingGenerator();
        var result = await generator.GenerateAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected.Select(vector => vector.ToArray()), result.Select(embedding => embedding.Vector.ToArray()));
    }

    private EmbeddingClient Client(string model) =>
        new(model, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(shared.Server.Address, "/v1") });
}
