using Simile.Vectors;

namespace Simile.Batching;

/// <summary>A batching embedder whose calls are all queued in one way.</summary>
internal sealed class LaneView<TInput>(BatchingEmbedder<TInput> embedder, BatchingCall call) : IEmbedder<TInput>
{
    public EmbeddingSpace Space => embedder.Space;

    public EmbeddingRecipe Recipe => embedder.Recipe;

    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    ) => embedder.EmbedAsync(inputs, options, call, cancellationToken);

    public object? Find(Type type) => type.IsInstanceOfType(this) ? this : embedder.Find(type);
}
