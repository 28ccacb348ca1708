using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Simile.Batching;
using Simile.Caching;
using Simile.Models;
using Simile.Sqlite;

namespace Simile.Hosting.Tests;

/// <summary>A model added by a section of the configuration.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EverySettingArrives()
    {
        var options = Read(
            """
            { "Simile": {
              "Model": "simile-text-mini", "imagemodel": "simile-image-mini", "Embeds": "Text, Image", "Threads": 3, "Precision": "bfloat16",
              "Batching": { "Workers": 1, "BatchTimeout": "00:01:30", "MaxAbandonedBatches": 2 }, "ImageBatching": null,
              "MemoryCache": { "MaxBytes": 5000000000, "Precision": "Float16" },
              "CacheFile": "cache.db", "CacheFileOptions": { "Busy": "00:00:05" },
              "GeneratorOptions": { "Dimensions": 768, "ModelId": "nomic", "Normalize": true, "Metric": "Dot", "TrainedDimensions": [ 256, 512 ] },
              "Monitor": false, "LoadAtStart": false, "Telemetry": { "ServiceName": "x" } } }
            """
        );
        Assert.Equal(
            ("simile-text-mini", "simile-image-mini", Modality.Text | Modality.Image, 3),
            (options.Model, options.ImageModel, options.Embeds!.Value, options.Threads)
        );
        Assert.Equal(
            (ComputePrecision.BFloat16, false, false, "cache.db"),
            (options.Precision, options.Monitor, options.LoadAtStart, options.CacheFile)
        );
        Assert.Equal(
            new BatchingOptions
            {
                Workers = 1,
                BatchTimeout = TimeSpan.FromSeconds(90),
                MaxAbandonedBatches = 2,
            },
            options.Batching
        );
        Assert.Null(options.ImageBatching);
        Assert.Equal(new MemoryCacheOptions { MaxBytes = 5_000_000_000, Precision = CachePrecision.Float16 }, options.MemoryCache);
        Assert.Equal(new SqliteCacheOptions { Busy = TimeSpan.FromSeconds(5) }, options.CacheFileOptions);
        var generator = options.GeneratorOptions;
        Assert.Equal(
            (768, "nomic", null, true, SimilarityMetric.Dot),
            (generator.Dimensions, generator.ModelId, generator.Identity, generator.Normalize, generator.Metric)
        );
        Assert.Equal([256, 512], generator.TrainedDimensions);
    }

    [Fact]
    public void WhatIsNotSetKeepsItsDefault()
    {
        var (options, defaults) = (
            Read("""{ "Simile": { "Model": "simile-text-mini", "ImageBatching": { "Workers": 1 } } }"""),
            new SimileOptions()
        );
        Assert.Equal((defaults.Batching, defaults.MemoryCache, defaults.Threads), (options.Batching, options.MemoryCache, options.Threads));
        Assert.Equal(defaults.ImageBatching! with { Workers = 1 }, options.ImageBatching);
    }

    [Fact]
    public void EverySettingThatIsWrongIsNamed()
    {
        var error = Assert.Throws<OptionsValidationException>(() =>
            Read(
                """
                { "Simile": { "Modle": "simile-text-mini", "Threads": "many", "Precision": "1", "Batching": { "BatchTimeout": "soon" }, "CacheFileOptions": "small", "Generator": "openai", "Monitor": null } }
                """
            )
        );
        Assert.Equal(
            [
                "SIM901: The setting 'Simile:Batching:BatchTimeout' is 'soon'; expected is a time such as 00:00:30.",
                "SIM901: The setting 'Simile:CacheFileOptions' is 'small'; expected is settings beneath it.",
                "SIM901: The setting 'Simile:Generator' is 'openai'; expected is code: it cannot be set in a configuration.",
                "SIM901: The setting 'Simile:Modle' is known to nobody. Did you mean 'Model'?",
                "SIM901: The setting 'Simile:Monitor' is ''; expected is true or false.",
                "SIM901: The setting 'Simile:Precision' is '1'; expected is one of Float32, BFloat16, Int8.",
                "SIM901: The setting 'Simile:Threads' is 'many'; expected is a whole number.",
            ],
            error.Failures.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task AContainerMayBeDisposedEitherWay()
    {
        var configuration = Configuration(
            """{ "Simile": { "Model": "simile-text-mini", "small": { "Model": "simile-text-mini", "Threads": 1 } } }"""
        );
        var services = new ServiceCollection();
        services.AddSimile(configuration.GetSection("Simile"));
        services.AddSimile("small", configuration.GetSection("Simile:small"));
        services.AddSimileTelemetry();
        using (var provider = services.BuildServiceProvider())
        {
            var vector = await provider.GetRequiredService<IEmbedder<string>>().EmbedAsync("A simile.");
            Assert.Equal(vector, await provider.GetRequiredKeyedService<IEmbedder<string>>("small").EmbedAsync("A simile."));
            Assert.Equal(1, provider.GetRequiredService<IOptionsMonitor<SimileOptions>>().Get("small").Threads);
        }

        await using (var provider = services.BuildServiceProvider())
        {
            Assert.Equal(256, (await provider.GetRequiredService<IEmbedder<string>>().EmbedAsync("A simile.")).Length);
        }
    }

    private IConfiguration Configuration(string json)
    {
        File.WriteAllText(_folder.File("appsettings.json"), json);
        return new ConfigurationBuilder().AddJsonFile(_folder.File("appsettings.json")).Build();
    }

    private SimileOptions Read(string json)
    {
        using var provider = new ServiceCollection().AddSimile(Configuration(json).GetSection("Simile")).BuildServiceProvider();
        // Read as the host reads them, before they are checked as a whole.
        var options = new SimileOptions();
        foreach (var configure in provider.GetServices<IConfigureOptions<SimileOptions>>().OfType<IConfigureNamedOptions<SimileOptions>>())
        {
            configure.Configure(Options.DefaultName, options);
        }

        return options;
    }
}
