using System.Net;
using Microsoft.Extensions.AI;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Vectors;

namespace Simile.Hosting.Tests.Generators;

/// <summary>Generators of others as our embedders.</summary>
public class GeneratorEmbedderTests
{
    [Fact]
    public async Task RowsAreTheGeneratorsVectors()
    {
        var embedder = new GeneratorEmbedder<string>(new FakeGenerator());
        var batch = await embedder.EmbedAsync(["one", "three"]);
        Assert.Equal(new EmbeddingSpace("ollama/nomic", 3, unitLength: false, SimilarityMetric.Cosine), batch.Space);
        Assert.Equal([3f, 1, 0, 5, 1, 0], batch.Block.ToArray());
        Assert.Equal(4, batch.Outcomes.ToArray().Sum(outcome => outcome.TokensUsed));
    }

    [Fact]
    public async Task BadInputsAreNotSent()
    {
        var generator = new FakeGenerator();
        var batch = await new GeneratorEmbedder<string>(generator).EmbedAsync(["", null!, "one", " "]);
        Assert.Equal(
            [ErrorCode.EmptyText, ErrorCode.NullInput, null, ErrorCode.EmptyText],
            batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code)
        );
        Assert.Equal([3f, 1, 0], batch[2].ToArray());
        await new GeneratorEmbedder<string>(generator).EmbedAsync([""]);
        Assert.Equal(1, generator.Calls);
    }

    [Fact]
    public async Task LengthsAreCheckedRowByRow()
    {
        var generator = new FakeGenerator
        {
            Answer = (values, _) =>
                new(
                    values.Select(value =>
                        value == "short" ? FakeGenerator.Of(1, 2)
                        : value == "nan" ? FakeGenerator.Of(1, float.NaN, 0)
                        : FakeGenerator.Of(3, 4, 0)
                    )
                ),
        };
        var batch = await new GeneratorEmbedder<string>(generator, new GeneratorEmbedderOptions { Normalize = true }).EmbedAsync([
            "one",
            "short",
            "nan",
        ]);
        Assert.Equal(
            [null, ErrorCode.ModelFailed, ErrorCode.InvalidVector],
            batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code)
        );
        Assert.Equal([0.6f, 0.8f, 0f], batch[0].ToArray());
    }

    [Fact]
    public async Task TooFewAnswersThrow()
    {
        var embedder = new GeneratorEmbedder<string>(
            new FakeGenerator { Answer = (values, _) => new(values.Skip(1).Select(_ => FakeGenerator.Of(1, 2, 3))) }
        );
        var error = await Assert.ThrowsAsync<SimileException>(async () => await embedder.EmbedAsync(["one", "two"]));
        Assert.Equal(ErrorCode.ModelFailed, error.Code);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, ErrorCode.GeneratorUnavailable)]
    [InlineData(HttpStatusCode.BadGateway, ErrorCode.GeneratorUnavailable)]
    [InlineData(null, ErrorCode.GeneratorUnavailable)]
    [InlineData(HttpStatusCode.BadRequest, ErrorCode.ModelFailed)]
    public async Task WhatItThrowsGetsACode(HttpStatusCode? status, string code)
    {
        var embedder = new GeneratorEmbedder<string>(
            new FakeGenerator { Answer = (_, _) => throw new HttpRequestException("no", null, status) }
        );
        var error = await Assert.ThrowsAsync<SimileException>(async () => await embedder.EmbedAsync(["one"]));
        Assert.Equal(code, error.Code);
        Assert.IsType<HttpRequestException>(error.InnerException);
    }

    [Fact]
    public async Task AnOutageIsNotBisected()
    {
        var generator = new FakeGenerator
        {
            Answer = (_, _) => throw new HttpRequestException("no", null, HttpStatusCode.ServiceUnavailable),
        };
        await using var batching = new BatchingEmbedder<string>(new GeneratorEmbedder<string>(generator));
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await batching.EmbedAsync([.. Enumerable.Range(0, 64).Select(i => $"text {i}")])
        );
        Assert.Equal((ErrorCode.GeneratorUnavailable, 1), (error.Code, generator.Calls));
    }

    [Fact]
    public async Task ABadInputIsFoundByBisection()
    {
        var generator = new FakeGenerator();
        var answer = generator.Answer;
        generator.Answer = (values, options) =>
            values.Contains("poison") ? throw new InvalidOperationException("poison") : answer(values, options);
        await using var batching = new BatchingEmbedder<string>(new GeneratorEmbedder<string>(generator));
        var batch = await batching.EmbedAsync(["one", "poison", "three"]);
        Assert.Equal([null, ErrorCode.ModelFailed, null], batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code));
        Assert.Equal([3f, 1, 0], batch[0].ToArray());
    }

    [Fact]
    public async Task ItsAnswersAreCached()
    {
        var generator = new FakeGenerator();
        using var cache = new MemoryCache();
        var caching = CachingEmbedder.Over(new GeneratorEmbedder<string>(generator), cache);
        var (first, second) = (await caching.EmbedAsync(["one"]), await caching.EmbedAsync(["one"]));
        Assert.Equal(first.Block.ToArray(), second.Block.ToArray());
        var anew = CachingEmbedder.Over(new GeneratorEmbedder<string>(generator, new GeneratorEmbedderOptions { Identity = "v2" }), cache);
        await anew.EmbedAsync(["one"]);
        Assert.Equal(2, generator.Calls);
    }

    [Fact]
    public async Task ShorterVectorsAreAskedFor()
    {
        var generator = new FakeGenerator
        {
            Answer = (values, options) => new(values.Select(_ => FakeGenerator.Of(new float[options?.Dimensions ?? 3]))),
        };
        var embedder = new GeneratorEmbedder<string>(generator, new GeneratorEmbedderOptions { TrainedDimensions = [2] });
        Assert.Equal(2, (await embedder.EmbedAsync(["one"], new EmbedOptions { Dimensions = 2 })).Dimensions);
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await embedder.EmbedAsync(["one"], new EmbedOptions { Dimensions = 1 })
        );
        Assert.Equal(ErrorCode.UnsupportedDimensions, error.Code);
        var limit = await Assert.ThrowsAsync<SimileException>(async () =>
            await embedder.EmbedAsync(["one"], new EmbedOptions { MaxTokens = 5 })
        );
        Assert.Equal(ErrorCode.InvalidOption, limit.Code);
    }

    [Fact]
    public async Task WhatMetadataDoNotSayIsNeeded()
    {
        var silent = new FakeGenerator { Metadata = new("ollama", null, "nomic", null) };
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new GeneratorEmbedder<string>(silent)).Code);
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert
                .Throws<SimileException>(() =>
                    new GeneratorEmbedder<string>(new FakeGenerator { Metadata = null }, new GeneratorEmbedderOptions { Dimensions = 3 })
                )
                .Code
        );
        Assert.Equal(3, (await GeneratorEmbedder<string>.ConnectAsync(silent, "probe")).Space.Dimensions);
    }

    [Fact]
    public void RecipesTellModelsApart()
    {
        var recipes = new[] { null, "v1", "v2" }
            .Select(identity =>
                new GeneratorEmbedder<string>(new FakeGenerator(), new GeneratorEmbedderOptions { Identity = identity }).Recipe
            )
            .Append(new GeneratorEmbedder<string>(new FakeGenerator(), new GeneratorEmbedderOptions { ModelId = "other" }).Recipe)
            .Append(
                new GeneratorEmbedder<string>(
                    new FakeGenerator { Metadata = new("ollama", new Uri("http://elsewhere"), "nomic", 3) }
                ).Recipe
            );
        Assert.Equal(5, recipes.Distinct().Count());
    }

    [Fact]
    public async Task ThereAndBackAgainChangesNothing()
    {
        var embedder = new FakeEmbedder<string>(text => text);
        var there = new GeneratorEmbedder<string>(EmbedderGenerator.Over(embedder));
        Assert.Equal((await embedder.EmbedAsync(["one", "two"])).Block.ToArray(), (await there.EmbedAsync(["one", "two"])).Block.ToArray());
    }
}
