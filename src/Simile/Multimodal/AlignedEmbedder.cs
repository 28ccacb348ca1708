using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>An embedder whose vectors go through an alignment's head into the joint space. It does not own the embedder beneath.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class AlignedEmbedder<TInput> : IEmbedder<TInput>
{
    private readonly IEmbedder<TInput> _inner;
    private readonly AlignmentHead _head;

    internal AlignedEmbedder(IEmbedder<TInput> inner, AlignmentHead head, string digest)
    {
        (_inner, _head) = (inner, head);
        Recipe = EmbeddingRecipe.Of([("embedder", inner.Recipe.Digest), ("alignment", digest)]);
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space => _head.Joint;

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <inheritdoc/>
    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var batch = await _inner.EmbedAsync(inputs, OptionsCheck.RequireWhole(options, Space), cancellationToken).ConfigureAwait(false);
        var block = EmbeddingBatch.NewBlock(batch.Count, Space.Dimensions);
        var outcomes = batch.Outcomes.ToArray();
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].Succeeded)
            {
                outcomes[i] = Map(batch[i], block.AsSpan(i * Space.Dimensions, Space.Dimensions), outcomes[i]);
            }
        }

        return new EmbeddingBatch(Space, block, outcomes);
    }

    /// <inheritdoc/>
    public object? Find(Type type) => type?.IsInstanceOfType(this) == true ? this : _inner.Find(type!);

    private EmbeddingOutcome Map(ReadOnlySpan<float> vector, Span<float> row, EmbeddingOutcome outcome)
    {
        try
        {
            _head.Map(vector, row);
            return outcome;
        }
        catch (SimileException error)
        {
            row.Clear();
            return outcome with { Error = error };
        }
    }
}
