using Microsoft.Extensions.AI;
using Simile.Hosting.Generators;
using Simile.Images;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Hosting.Tests.Generators;

/// <summary>Our embedders as generators of Microsoft.Extensions.AI.</summary>
public class EmbedderGeneratorTests
{
    private readonly FakeEmbedder<string> _embedder = new(text => text);

    [Fact]
    public async Task EachValueHasOneEmbeddingInOrder()
    {
        using var generator = EmbedderGenerator.Over(_embedder, new EmbedderGeneratorOptions { ModelId = "mini" });
        var before = DateTimeOffset.UtcNow;
        var answer = await generator.GenerateAsync(["one", "two", "three"]);
        Assert.Equal(
            ["one", "two", "three"],
            answer.Select(embedding =>
                ((string[])["one", "two", "three"]).Single(text => FakeEmbedder<string>.ValueOf(text, 0) == embedding.Vector.Span[0])
            )
        );
        Assert.All(answer, embedding => Assert.Equal(("mini", FakeEmbedder<string>.Width), (embedding.ModelId, embedding.Dimensions)));
        Assert.All(answer, embedding => Assert.InRange(embedding.CreatedAt!.Value, before, DateTimeOffset.UtcNow));
        Assert.Equal((11, 11), (answer.Usage!.InputTokenCount, answer.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task NoValuesGiveNoEmbeddings()
    {
        using var generator = EmbedderGenerator.Over(_embedder);
        var answer = await generator.GenerateAsync([]);
        Assert.Empty(answer);
        Assert.Equal(0, answer.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task DimensionsAreFollowed()
    {
        using var generator = EmbedderGenerator.Over(_embedder);
        Assert.Equal(2, (await generator.GenerateAsync("one", new EmbeddingGenerationOptions { Dimensions = 2 })).Dimensions);
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            generator.GenerateAsync("one", new EmbeddingGenerationOptions { Dimensions = 3 })
        );
        Assert.Equal(ErrorCode.UnsupportedDimensions, error.Code);
    }

    [Fact]
    public async Task OurOwnOptionsComeThroughTheirFactory()
    {
        using var generator = EmbedderGenerator.Over(_embedder);
        await generator.GenerateAsync(
            "one",
            new EmbeddingGenerationOptions
            {
                Dimensions = 2,
                RawRepresentationFactory = _ => new EmbedOptions { Purpose = EmbedPurpose.Query },
            }
        );
        Assert.Equal(new EmbedOptions { Purpose = EmbedPurpose.Query, Dimensions = 2 }, _embedder.LastOptions);
    }

    [Fact]
    public async Task AnotherModelIsRefused()
    {
        using var generator = EmbedderGenerator.Over(_embedder, new EmbedderGeneratorOptions { ModelId = "mini" });
        await generator.GenerateAsync("one", new EmbeddingGenerationOptions { ModelId = "Mini" });
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            generator.GenerateAsync("one", new EmbeddingGenerationOptions { ModelId = "text-embedding-3-small" })
        );
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
    }

    [Fact]
    public async Task AFailedValueThrowsItsErrorAndItsIndex()
    {
        using var generator = EmbedderGenerator.Over(_embedder);
        var error = await Assert.ThrowsAsync<SimileException>(() => generator.GenerateAsync(["one", "bad"]));
        Assert.Equal(ErrorCode.EmptyText, error.Code);
        Assert.StartsWith("SIM101: Input 1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ServicesAreHandedOut()
    {
        using var generator = EmbedderGenerator.Over(
            _embedder,
            new EmbedderGeneratorOptions { Find = type => type == typeof(Uri) ? new Uri("http://localhost") : null }
        );
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(
            ("simile", "fake", FakeEmbedder<string>.Width),
            (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions)
        );
        Assert.Same(_embedder, generator.GetService<IEmbedder<string>>());
        Assert.Same(generator, generator.GetService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.NotNull(generator.GetService<Uri>());
        Assert.Null(generator.GetService<IEmbedder<ImageInput>>());
        Assert.Null(generator.GetService<IEmbedder<string>>("key"));
    }

    [Fact]
    public async Task DataIsAPictureOrAText()
    {
        var (texts, images) = (new FakeEmbedder<string>(text => text), new FakeEmbedder<ImageInput>(image => image.Name));
        using var generator = EmbedderGenerator.Over(new ContentEmbedder(texts, images));
        var answer = await generator.GenerateAsync([
            new DataContent(new byte[] { 1 }, "image/png") { Name = "a.png" },
            new DataContent("one"u8.ToArray(), "text/plain"),
        ]);
        Assert.Equal(
            [FakeEmbedder<string>.ValueOf("a.png", 0), FakeEmbedder<string>.ValueOf("one", 0)],
            answer.Select(embedding => embedding.Vector.Span[0])
        );
        Assert.Equal((1, 1), (texts.Calls, images.Calls));
        using var pictures = EmbedderGenerator.Over(images);
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            pictures.GenerateAsync(new DataContent("one"u8.ToArray(), "text/plain"))
        );
        Assert.Equal(ErrorCode.UnsupportedModality, error.Code);
    }

    [Fact]
    public async Task CancellingReachesTheEmbedder()
    {
        using var generator = EmbedderGenerator.Over(_embedder);
        _embedder.Throws = new OperationCanceledException();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            generator.GenerateAsync("one", cancellationToken: new CancellationToken(canceled: true))
        );
    }
}
