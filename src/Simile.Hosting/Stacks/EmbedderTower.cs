using Simile.Batching;
using Simile.Caching;
using Simile.Monitoring;
using Simile.Vectors;

namespace Simile.Hosting.Stacks;

/// <summary>An embedder with what stands around it: Monitor(Cache(Batch(model))), each only where it is wanted. It owns the queue; the
/// model, the cache and the monitor are others'.</summary>
internal sealed class EmbedderTower<TInput> : IAsyncDisposable
{
    /// <summary>Builds around an embedder.</summary>
    /// <param name="model">The embedder.</param>
    /// <param name="batching">How it is batched, or null.</param>
    /// <param name="cache">The cache, or null.</param>
    /// <param name="key">What tells inputs apart.</param>
    /// <param name="monitor">The monitor, or null.</param>
    /// <param name="name">The model's name, as the monitor knows it.</param>
    public EmbedderTower(
        IEmbedder<TInput> model,
        BatchingOptions? batching,
        IEmbeddingCache? cache,
        IInputKey<TInput> key,
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
        var cached = cache is null
            ? Queued
            : new CachingEmbedder<TInput>(
                Queued,
                cache,
                key,
                new CachingOptions { Observer = monitor is null ? null : monitor.RecordCaching }
            );
        Top = monitor is null ? cached : new MonitoringEmbedder<TInput>(cached, monitor, name);
    }

    /// <summary>The embedder itself.</summary>
    public IEmbedder<TInput> Model { get; }

    /// <summary>Its queue, or null.</summary>
    public BatchingEmbedder<TInput>? Batching { get; }

    /// <summary>The embedder behind its queue, without cache and monitor.</summary>
    public IEmbedder<TInput> Queued { get; }

    /// <summary>What callers use.</summary>
    public IEmbedder<TInput> Top { get; }

    public ValueTask DisposeAsync() => Batching?.DisposeAsync() ?? ValueTask.CompletedTask;
}
