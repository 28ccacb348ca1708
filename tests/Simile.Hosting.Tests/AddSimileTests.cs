using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Images;
using Simile.Monitoring;
using Simile.Registry;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Hosting.Tests;

/// <summary>Simile in a .NET host.</summary>
public sealed class AddSimileTests : IDisposable
{
    private const string Model = "simile-text-mini";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AHostEmbedsAsTheModelDoes()
    {
        using var host = await StartAsync(services => services.AddSimile(options => options.Model = Model));
        await using var model = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", Model));
        string[] texts = ["A simile.", "", "Another one."];
        var (expected, given) = (
            await model.EmbedAsync(texts),
            await host.Services.GetRequiredService<IEmbedder<string>>().EmbedAsync(texts)
        );
        Assert.Equal(expected.Block.ToArray(), given.Block.ToArray());
        Assert.Equal(ErrorCode.EmptyText, given.Outcomes[1].Error!.Code);
        Assert.Equal(
            (model.Space, model.Recipe),
            (host.Services.GetRequiredService<IEmbedder<string>>().Space, host.Services.GetRequiredService<IEmbedder<string>>().Recipe)
        );
        Assert.Equal(
            expected[0].ToArray(),
            (
                await host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateVectorAsync(texts[0])
            ).ToArray()
        );
        Assert.Equal(
            expected[0].ToArray(),
            (
                await host
                    .Services.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>()
                    .GenerateVectorAsync(new DataContent("A simile."u8.ToArray(), "text/plain"))
            ).ToArray()
        );
    }

    [Fact]
    public async Task EverythingStandsAroundTheModel()
    {
        using var host = await StartAsync(services =>
            services.AddSimile(options =>
            {
                options.Model = Model;
                options.CacheFile = _folder.File("cache.db");
            })
        );
        var embedder = host.Services.GetRequiredService<IEmbedder<string>>();
        await embedder.EmbedAsync(["one", "two"]);
        await embedder.EmbedAsync(["two", "three"]);
        var monitor = host.Services.GetRequiredService<EmbeddingMonitor>();
        Assert.Equal((2, 2), (monitor.Statistics(MetricNames.OperationDuration).Count, monitor.Statistics(MetricNames.Inputs).Mean));
        Assert.Equal((2, 1.5), (monitor.Statistics(MetricNames.BatchInputs).Count, monitor.Statistics(MetricNames.BatchInputs).Mean));
        Assert.Equal(2, monitor.Statistics(MetricNames.BatchTokens).Count);
        var generator = host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        Assert.NotNull(generator.GetService<TextEmbedder>());
        Assert.NotNull(generator.GetService<BatchingEmbedder<string>>());
        Assert.Equal(
            (Model, 256),
            (
                generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId,
                generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions
            )
        );
        Assert.True(
            host.Services.GetRequiredService<EmbedderRegistry>().Embedders.Single()
                is { Name: "default", IsLoaded: true, IsPinned: true, Bytes: > 0 }
        );
    }

    [Fact]
    public async Task AHostWithWrongOptionsDoesNotStartAndSaysWhatIsWrong()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(services =>
                services.AddSimile(options =>
                {
                    options.Model = "simile-text-mimi";
                    options.Threads = 0;
                    options.Batching = new BatchingOptions { Workers = 0 };
                    options.MemoryCache = new MemoryCacheOptions { MaxBytes = 1 };
                    options.GeneratorOptions = new GeneratorEmbedderOptions { Dimensions = 0 };
                })
            )
        );
        Assert.Equal(5, error.Failures.Count());
        Assert.Contains(error.Failures, failure => failure.StartsWith(ErrorCode.ModelNotFound, StringComparison.Ordinal));
        Assert.Equal(4, error.Failures.Count(failure => failure.StartsWith(ErrorCode.InvalidOption, StringComparison.Ordinal)));
        var neither = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(services => services.AddSimile(_ => { })));
        Assert.Contains(nameof(SimileOptions.Generator), neither.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Simile:Modle", "simile-text-mini", "Did you mean 'Model'?")]
    [InlineData("Simile:Batching:QueCapacity", "7", "Did you mean 'QueueCapacity'?")]
    [InlineData("Simile:small:Treads", "2", "Did you mean 'Threads'?")]
    [InlineData("Simile:Xyzzy", "1", "Known are")]
    public async Task ASettingThatNobodyKnowsIsRefusedAtStart(string key, string value, string advice)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration[key] = value;
        builder.Configuration["Simile:LoadAtStart"] = "false";
        builder.Configuration["simile:batching:workers"] = "1";
        builder.Configuration["Simile:Telemetry:ServiceName"] = "x";
        builder.Services.AddSimile("small", options => options.Model = Model);
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        var failure = Assert.Single(error.Failures);
        Assert.Contains($"'{key}'", failure, StringComparison.Ordinal);
        Assert.Contains(advice, failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamedModelsHaveTheirOwnServices()
    {
        using var host = await StartAsync(services =>
        {
            services.AddSimile(options => options.Model = Model);
            services.AddSimile("remote", options => options.Generator = _ => new FakeGenerator());
            services.AddSimile("remote", options => options.GeneratorOptions = new GeneratorEmbedderOptions { Identity = "v1" });
        });
        var remote = host.Services.GetRequiredKeyedService<IEmbedder<string>>("remote");
        var batch = await remote.EmbedAsync(["one"]);
        Assert.Equal([3f, 1, 0], batch.Block.ToArray());
        Assert.Equal(("ollama/nomic", 256), (remote.Space.Id, host.Services.GetRequiredService<IEmbedder<string>>().Space.Dimensions));
        await using var lease = await host.Services.GetRequiredService<EmbedderRegistry>().GetAsync<GeneratorEmbedder<string>>("remote");
        Assert.Equal(
            new GeneratorEmbedder<string>(new FakeGenerator(), new GeneratorEmbedderOptions { Identity = "v1" }).Recipe,
            lease.Embedder.Recipe
        );
    }

    [Fact]
    public async Task AModelMayBeLoadedByItsFirstCall()
    {
        using var host = await StartAsync(services => services.AddSimile(options => (options.Model, options.LoadAtStart) = (Model, false)));
        var registry = host.Services.GetRequiredService<EmbedderRegistry>();
        var generator = host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        Assert.False(registry.Embedders.Single().IsLoaded);
        Assert.Null(generator.GetService<TextEmbedder>());
        await generator.GenerateAsync("A simile.");
        Assert.True(registry.Embedders.Single().IsLoaded);
        await registry.UnloadAsync("default");
        Assert.Equal(256, (await generator.GenerateAsync("A simile.")).Dimensions);
    }

    [Fact]
    public async Task PicturesOfATextModelAreRefusedWithACode()
    {
        using var host = await StartAsync(services => services.AddSimile(options => options.Model = Model));
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await host.Services.GetRequiredService<IEmbedder<ImageInput>>().EmbedAsync([ImageInput.FromFile("a.png")])
        );
        Assert.Equal(ErrorCode.EmbedderMismatch, error.Code);
    }

    [Fact]
    public async Task TextsAndPicturesShareAHost()
    {
        using var host = await StartAsync(services =>
        {
            services.AddSimile(options => (options.Model, options.ImageModel) = (Model, "simile-image-mini"));
            services.AddHealthChecks().AddSimile();
        });
        var picture = Directory
            .GetFiles(RepositoryRoot.Find("samples"), "*.jpg", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .First();
        await using var model = await ImageEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-image-mini"));
        var expected = await model.EmbedAsync([ImageInput.FromFile(picture)]);
        var given = await host.Services.GetRequiredService<IEmbedder<ImageInput>>().EmbedAsync([ImageInput.FromFile(picture)]);
        Assert.Equal(expected.Block.ToArray(), given.Block.ToArray());
        var data = await DataContent.LoadFromAsync(picture);
        var generated = await host
            .Services.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>()
            .GenerateVectorAsync(data);
        Assert.Equal(expected[0].ToArray(), generated.ToArray());
        given.Space.EnsureSame(host.Services.GetRequiredService<IEmbedder<string>>().Space);
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.IsType<double>(report.Entries["simile"].Data["pictures_ms"]);
    }

    [Fact]
    public async Task TheEndOfAHostEndsItsModels()
    {
        var host = await StartAsync(services => services.AddSimile(options => options.Model = Model));
        var embedder = host.Services.GetRequiredService<IEmbedder<string>>();
        await embedder.EmbedAsync(["one"]);
        await host.StopAsync();
        host.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await embedder.EmbedAsync(["one"]));
    }

    internal static async Task<IHost> StartAsync(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        add(builder.Services);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
