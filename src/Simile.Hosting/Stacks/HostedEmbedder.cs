using Simile.Hosting.Generators;
using Simile.Registry;
using Simile.Vectors;

namespace Simile.Hosting.Stacks;

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

        var lease = registry.GetAsync<EmbedderStack>(name);
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
        var lease = await registry.GetAsync<EmbedderStack>(name).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            return lease.Embedder.Find(type);
        }
    }
}
