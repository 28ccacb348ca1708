using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>What an embedder of texts and pictures embeds, and by which recipes: what an index must know to tell which of its vectors may
/// be kept.</summary>
/// <param name="TextRecipe">Which vectors of texts may be reused; null where no texts are embedded.</param>
/// <param name="ImageRecipe">Which vectors of pictures may be reused; null where no pictures are embedded.</param>
internal sealed record ContentTraits(EmbeddingRecipe? TextRecipe, EmbeddingRecipe? ImageRecipe)
{
    /// <summary>Those of an embedder, whatever is put around it. One that does not say (<see cref="IEmbedder{TInput}.Find"/>) is taken at
    /// its word: it embeds both, by one recipe.</summary>
    public static ContentTraits Of(IEmbedder<Content> embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        return embedder.Find(typeof(ContentTraits)) as ContentTraits ?? new ContentTraits(embedder.Recipe, embedder.Recipe);
    }
}
