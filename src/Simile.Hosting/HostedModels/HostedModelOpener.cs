using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Images;
using Simile.Models;
using Simile.Monitoring;
using Simile.Registry;
using Simile.Sqlite;
using Simile.Vectors;

namespace Simile.Hosting.HostedModels;

/// <summary>Loads the models of a host's options and builds around them.</summary>
/// <param name="host">Where the models are.</param>
/// <param name="options">The options by name.</param>
/// <param name="caches">The caches by name.</param>
/// <param name="monitor">The monitor.</param>
/// <param name="engines">The engines by name.</param>
/// <param name="services">Where generators are found.</param>
/// <param name="log">Hears of models that were loaded.</param>
internal sealed class HostedModelOpener(
    SimileHost host,
    IOptionsMonitor<SimileOptions> options,
    HostedModelCaches caches,
    EmbeddingMonitor monitor,
    HostedEngines engines,
    IServiceProvider services,
    ILogger<HostedModelOpener> log
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
            ? new DecoratedEmbedder<ImageInput>(
                other,
                settled.ImageBatching,
                caches.Find(registration),
                new ImageKey(),
                settled.Monitor ? monitor : null,
                settled.ImageModel ?? settled.Model!
            )
            : null;
        // Behind an alignment, ids have no way into the joint space.
        var ids =
            ReferenceEquals(model.Texts, model.TextModel) && model.TextModel is { } tokenized
                ? new DecoratedEmbedder<int[]>(
                    tokenized.Ids,
                    settled.Batching,
                    null,
                    null,
                    settled.Monitor ? monitor : null,
                    settled.Model!
                )
                : null;
        var stack = new HostedModel(settled.Model!, texts, images, [model.TextModel, model.ImageModel, model], model) { Ids = ids };
        var areExact = settled.Engine is null;
        return await FinishAsync(stack, RegistryModels.WeightsOf(folder), areExact, cancellationToken).ConfigureAwait(false);
    }

    private EmbeddingModelOptions OptionsOf(SimileOptions settled)
    {
        var engine = engines.Find(settled.Engine);
        return new EmbeddingModelOptions
        {
            Needs = settled.Embeds,
            ImageModel = settled.ImageModel,
            Threads = settled.Threads,
            Precision = settled.Precision,
            Engine = engine,
            ImageOptions = new ImageEmbedderOptions
            {
                Threads = settled.Threads,
                Precision = settled.Precision,
                Engine = engine,
                Observe = settled.Monitor ? monitor.RecordImages : null,
            },
        };
    }

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
        var stack = new HostedModel(
            embedder.Space.Id,
            TextTower(embedder, registration, settled, embedder.Space.Id),
            null,
            [embedder, generator],
            null
        );
        return await FinishAsync(stack, 0, areExact: false, cancellationToken).ConfigureAwait(false);
    }

    private DecoratedEmbedder<string> TextTower(
        IEmbedder<string> embedder,
        SimileRegistration registration,
        SimileOptions settled,
        string model
    ) => new(embedder, settled.Batching, caches.Find(registration), new TextKey(), settled.Monitor ? monitor : null, model);

    private static async Task<OpenedEmbedder> FinishAsync(HostedModel stack, long bytes, bool areExact, CancellationToken cancellationToken)
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

/// <summary>Loads a host's models before anything else of it starts.</summary>
/// <param name="registry">The registry.</param>
/// <param name="registrations">What was added.</param>
/// <param name="options">The options by name.</param>
internal sealed class HostedModelLoader(
    EmbedderRegistry registry,
    IEnumerable<SimileRegistration> registrations,
    IOptionsMonitor<SimileOptions> options
) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var registration in registrations.Where(registration => options.Get(registration.OptionsName).LoadAtStart))
        {
            await registry.PinAsync(registration.EmbedderName, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Callers may be at work until the very end; the container closes the registry when all of them are gone.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The caches of a host, one for each name. They outlive the models, which may be unloaded and loaded again.</summary>
internal sealed class HostedModelCaches : IDisposable
{
    private readonly Dictionary<string, IEmbeddingCache> _caches = new(StringComparer.Ordinal);

    /// <summary>Opens the caches of all registrations.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.CacheUnavailable"/>.</exception>
    public HostedModelCaches(
        IEnumerable<SimileRegistration> registrations,
        IOptionsMonitor<SimileOptions> options,
        EmbeddingMonitor monitor
    )
    {
        foreach (var registration in registrations)
        {
            var settled = options.Get(registration.OptionsName);
            if (Open(settled) is { } cache)
            {
                _caches.Add(registration.OptionsName, cache);
                if (settled.Monitor)
                {
                    monitor.Watch(cache);
                }
            }
        }
    }

    /// <summary>The cache of a name, or null where it has none.</summary>
    public IEmbeddingCache? Find(SimileRegistration registration) => _caches.GetValueOrDefault(registration.OptionsName);

    public void Dispose()
    {
        foreach (var cache in _caches.Values)
        {
            cache.Dispose();
        }
    }

    private static IEmbeddingCache? Open(SimileOptions options)
    {
        var memory = options.MemoryCache is null ? null : new MemoryCache(options.MemoryCache);
        var file = options.CacheFile is null ? null : SqliteCache.Open(options.CacheFile, options.CacheFileOptions);
        return memory is not null && file is not null ? new TieredCache(memory, file) : memory as IEmbeddingCache ?? file;
    }
}
