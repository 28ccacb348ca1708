using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Images;
using Simile.Models;
using Simile.Monitoring;
using Simile.Registry;
using Simile.Vectors;

namespace Simile.Hosting.Stacks;

/// <summary>Loads the models of a host's options and builds around them.</summary>
/// <param name="host">Where the models are.</param>
/// <param name="options">The options by name.</param>
/// <param name="caches">The caches by name.</param>
/// <param name="monitor">The monitor.</param>
/// <param name="services">Where generators are found.</param>
/// <param name="log">Hears of models that were loaded.</param>
internal sealed class StackOpener(
    SimileHost host,
    IOptionsMonitor<SimileOptions> options,
    StackCaches caches,
    EmbeddingMonitor monitor,
    IServiceProvider services,
    ILogger<StackOpener> log
)
{
    /// <summary>Opens what a registration stands for.</summary>
    /// <exception cref="SimileException">A code of the 200s, or what the generator gave.</exception>
    public async Task<OpenedEmbedder> OpenAsync(SimileRegistration registration, CancellationToken cancellationToken)
    {
        var (settled, started) = (options.Get(registration.OptionsName), Stopwatch.GetTimestamp());
        var opened = settled.Generator is null
            ? await LoadAsync(registration, settled, cancellationToken).ConfigureAwait(false)
            : await ConnectAsync(registration, settled, cancellationToken).ConfigureAwait(false);
        log.Loaded(registration.EmbedderName, settled.Model ?? "a generator", Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return opened;
    }

    private async Task<OpenedEmbedder> LoadAsync(
        SimileRegistration registration,
        SimileOptions settled,
        CancellationToken cancellationToken
    )
    {
        var folder = host.Models.Resolve(settled.Model!);
        var model = await host.OpenModelAsync(settled.Model!, OptionsOf(settled), cancellationToken).ConfigureAwait(false);
        foreach (var note in model.Notes)
        {
            log.Noted(registration.EmbedderName, note);
        }

        var texts = model.Embedder.Texts is { } own ? TextTower(own, registration, settled, settled.Model!) : null;
        var images = model.Embedder.Images is { } other
            ? new EmbedderTower<ImageInput>(
                other,
                settled.ImageBatching,
                caches.Find(registration),
                new ImageKey(),
                settled.Monitor ? monitor : null,
                settled.ImageModel ?? settled.Model!
            )
            : null;
        var stack = new EmbedderStack(settled.Model!, texts, images, [model.TextModel, model.ImageModel, model], model);
        return await FinishAsync(stack, RegistryModels.WeightsOf(folder), areExact: true, cancellationToken).ConfigureAwait(false);
    }

    private EmbeddingModelOptions OptionsOf(SimileOptions settled) =>
        new()
        {
            Needs = settled.Embeds,
            ImageModel = settled.ImageModel,
            Threads = settled.Threads,
            Precision = settled.Precision,
            ImageOptions = new ImageEmbedderOptions
            {
                Threads = settled.Threads,
                Precision = settled.Precision,
                Observe = settled.Monitor ? monitor.RecordImages : null,
            },
        };

    private async Task<OpenedEmbedder> ConnectAsync(
        SimileRegistration registration,
        SimileOptions settled,
        CancellationToken cancellationToken
    )
    {
        var generator = settled.Generator!(services);
        var embedder = settled.GeneratorOptions.Dimensions is null
            ? await GeneratorEmbedder<string>
                .ConnectAsync(generator, ProbeInputs.Text, settled.GeneratorOptions, cancellationToken)
                .ConfigureAwait(false)
            : new GeneratorEmbedder<string>(generator, settled.GeneratorOptions);
        var stack = new EmbedderStack(
            embedder.Space.Id,
            TextTower(embedder, registration, settled, embedder.Space.Id),
            null,
            [embedder, generator],
            null
        );
        return await FinishAsync(stack, 0, areExact: false, cancellationToken).ConfigureAwait(false);
    }

    private EmbedderTower<string> TextTower(
        IEmbedder<string> embedder,
        SimileRegistration registration,
        SimileOptions settled,
        string model
    ) => new(embedder, settled.Batching, caches.Find(registration), new TextKey(), settled.Monitor ? monitor : null, model);

    private static async Task<OpenedEmbedder> FinishAsync(
        EmbedderStack stack,
        long bytes,
        bool areExact,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await stack.ProbeAsync(areExact, cancellationToken).ConfigureAwait(false);
            return new OpenedEmbedder([.. stack.Faces, stack], bytes) { Owner = stack };
        }
        catch
        {
            await stack.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
