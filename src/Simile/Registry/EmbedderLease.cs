namespace Simile.Registry;

/// <summary>The right to use an embedder of a registry: until it is disposed, the embedder is not unloaded.</summary>
/// <typeparam name="T">The embedder's type.</typeparam>
public sealed class EmbedderLease<T> : IAsyncDisposable, IDisposable
    where T : class
{
    private Func<ValueTask>? _release;

    internal EmbedderLease(T embedder, Func<ValueTask> release) => (Embedder, _release) = (embedder, release);

    /// <summary>The embedder. Not to be used after the lease is disposed.</summary>
    public T Embedder { get; }

    /// <summary>Gives the embedder back. The second time, nothing happens.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _release, null) is { } release ? release() : ValueTask.CompletedTask;

    /// <summary>As <see cref="DisposeAsync"/>, for containers and callers that dispose synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
