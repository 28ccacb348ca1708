namespace Simile.Registry;

/// <summary>An embedder that was loaded for a registry, which closes it when it is unloaded.</summary>
/// <param name="Faces">The objects that can be asked for by type: one, or the embedders of texts and of pictures of one model.</param>
/// <param name="Bytes">The memory that it takes, about.</param>
public sealed record OpenedEmbedder(IReadOnlyList<object> Faces, long Bytes)
{
    /// <summary>What is disposed when it is unloaded. Default: null, every face that is disposable.</summary>
    public IAsyncDisposable? Owner { get; init; }

    /// <summary>The first face of a type, or null.</summary>
    internal T? Find<T>()
        where T : class => Faces.OfType<T>().FirstOrDefault();

    internal async ValueTask CloseAsync()
    {
        foreach (var part in Owner is null ? Faces : [Owner])
        {
            if (part is IAsyncDisposable threads)
            {
                await threads.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (part as IDisposable)?.Dispose();
            }
        }
    }
}
