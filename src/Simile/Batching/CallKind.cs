using Simile.Vectors;

namespace Simile.Batching;

/// <summary>What calls must have in common to share a batch. There is one object for each set of options, so that kinds are compared by
/// reference.</summary>
/// <param name="options">The options.</param>
/// <param name="space">The space of vectors that are made with them.</param>
internal sealed class CallKind(EmbedOptions options, EmbeddingSpace space)
{
    public EmbedOptions Options => options;

    public EmbeddingSpace Space => space;
}
