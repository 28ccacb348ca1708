using System.Collections.Concurrent;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Monitoring;
using Simile.Registry;
using Simile.Vectors;

namespace Simile.Hosting.HostedModels;

/// <summary>An embedder of a host's registry, lent for each call. It can be made before the model is loaded; the first call loads it
/// then.</summary>
/// <param name="registry">The registry.</param>
/// <param name="name">The name in it.</param>
internal sealed class HostedEmbedder<TInput>(EmbedderRegistry registry, string name) : IEmbedder<TInput>, ILoadedLater
{
    private volatile Tuple<EmbeddingSpace, EmbeddingRecipe>? _known;

    /// <remarks>Waits for the model to be loaded.</remarks>
    public EmbeddingSpace Space => Known().Item1;

    /// <remarks>Waits for the model to be loaded.</remarks>
    public EmbeddingRecipe Recipe => Known().Item2;

    /// <inheritdoc/>
    public EmbeddingSpace? SpaceIfLoaded => _known is not null || IsLoaded ? Space : null;

    private bool IsLoaded => registry.Embedders.Any(entry => entry.Name == name && entry.IsLoaded);

    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var lease = await registry.GetAsync<IEmbedder<TInput>>(name, cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            _known ??= Tuple.Create(lease.Embedder.Space, lease.Embedder.Recipe);
            return await lease.Embedder.EmbedAsync(inputs, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A part of the model by its type, or null when there is none, or the model is not loaded.</summary>
    public object? FindIfLoaded(Type type)
    {
        if (!IsLoaded)
        {
            return null;
        }

        var lease = registry.GetAsync<HostedModel>(name);
        if (!lease.IsCompletedSuccessfully)
        {
            return null;
        }

        // What is handed out here stays sound as long as the model is loaded; a host keeps it until its end unless told otherwise.
        var found = lease.Result.Embedder.Find(type);
        _ = lease.Result.DisposeAsync().AsTask();
        return found;
    }

    /// <remarks>Waits for the model to be loaded.</remarks>
    public object? Find(Type type) => type.IsInstanceOfType(this) ? this : Task.Run(() => FindAsync(type)).GetAwaiter().GetResult();

    // Nothing here returns to the caller's thread, so that waiting for it cannot block it.
    private Tuple<EmbeddingSpace, EmbeddingRecipe> Known() => _known ??= Task.Run(LookAsync).GetAwaiter().GetResult();

    private async Task<Tuple<EmbeddingSpace, EmbeddingRecipe>> LookAsync()
    {
        var lease = await registry.GetAsync<IEmbedder<TInput>>(name).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            return Tuple.Create(lease.Embedder.Space, lease.Embedder.Recipe);
        }
    }

    private async Task<object?> FindAsync(Type type)
    {
        var lease = await registry.GetAsync<HostedModel>(name).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            return lease.Embedder.Find(type);
        }
    }
}

/// <summary>An embedder with what stands around it: Monitor(Cache(Batch(model))), each only where it is wanted. It owns the queue; the
/// model, the cache and the monitor are others'.</summary>
internal sealed class DecoratedEmbedder<TInput> : IAsyncDisposable
{
    private readonly ConcurrentDictionary<BatchingCall, IEmbedder<TInput>> _inLanes = [];
    private readonly Func<IEmbedder<TInput>, IEmbedder<TInput>> _wrap;

    /// <summary>Builds around an embedder.</summary>
    /// <param name="model">The embedder.</param>
    /// <param name="batching">How it is batched, or null.</param>
    /// <param name="cache">The cache, or null.</param>
    /// <param name="key">What tells inputs apart; null for inputs that are not cached.</param>
    /// <param name="monitor">The monitor, or null.</param>
    /// <param name="name">The model's name, as the monitor knows it.</param>
    public DecoratedEmbedder(
        IEmbedder<TInput> model,
        BatchingOptions? batching,
        IEmbeddingCache? cache,
        IInputKey<TInput>? key,
        EmbeddingMonitor? monitor,
        string name
    )
    {
        Model = model;
        Batching = batching is null
            ? null
            : new BatchingEmbedder<TInput>(
                model,
                monitor is null ? batching : batching with { Observe = batching.Observe + monitor.RecordBatching }
            );
        Queued = Batching as IEmbedder<TInput> ?? model;
        _wrap = queued =>
        {
            var cached =
                cache is null || key is null
                    ? queued
                    : new CachingEmbedder<TInput>(
                        queued,
                        cache,
                        key,
                        new CachingOptions { Observer = monitor is null ? null : monitor.RecordCaching }
                    );
            return monitor is null ? cached : new MonitoringEmbedder<TInput>(cached, monitor, name);
        };
        Top = _wrap(Queued);
    }

    /// <summary>The embedder itself.</summary>
    public IEmbedder<TInput> Model { get; }

    /// <summary>Its queue, or null.</summary>
    public BatchingEmbedder<TInput>? Batching { get; }

    /// <summary>The embedder behind its queue, without cache and monitor.</summary>
    public IEmbedder<TInput> Queued { get; }

    /// <summary>What callers use.</summary>
    public IEmbedder<TInput> Top { get; }

    /// <summary>The same for callers that are all queued in one way. There are few ways, each of which is kept.</summary>
    public IEmbedder<TInput> In(BatchingCall call) =>
        Batching is null ? Top : _inLanes.GetOrAdd(call, static (way, own) => own._wrap(own.Batching!.As(way)), this);

    public ValueTask DisposeAsync() => Batching?.DisposeAsync() ?? ValueTask.CompletedTask;
}
