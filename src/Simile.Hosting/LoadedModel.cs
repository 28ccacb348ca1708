using Simile.Images;
using Simile.Multimodal;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Hosting;

/// <summary>A model that embeds texts, pictures, or both into one space.</summary>
public sealed class LoadedModel : IAsyncDisposable, IDisposable
{
    private const float UsualLogitScale = 100;

    internal LoadedModel(TextEmbedder? texts, ImageEmbedder? images, Alignment? alignment, float? logitScale)
    {
        (Texts, Images, LogitScale) = (texts, images, logitScale ?? UsualLogitScale);
        Embedder = alignment is null
            ? new ContentEmbedder(texts, images)
            : new ContentEmbedder(texts is null ? null : alignment.ForTexts(texts), images is null ? null : alignment.ForImages(images));
    }

    /// <summary>The model of texts, or null. Its own space may differ from <see cref="Space"/> where an alignment stands between.</summary>
    public TextEmbedder? Texts { get; }

    /// <summary>The model of pictures, or null.</summary>
    public ImageEmbedder? Images { get; }

    /// <summary>What cosines are multiplied with before a softmax makes probabilities of them: what the model learned, or CLIP's 100.</summary>
    public float LogitScale { get; }

    /// <summary>Embeds both.</summary>
    public ContentEmbedder Embedder { get; }

    /// <summary>The space of all vectors.</summary>
    public EmbeddingSpace Space => Embedder.Space;

    /// <summary>What was assumed, for the user to read.</summary>
    public IEnumerable<string> Notes => (Texts?.Notes ?? []).Concat(Images?.Notes ?? []).Distinct(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Texts is not null)
        {
            await Texts.DisposeAsync().ConfigureAwait(false);
        }

        if (Images is not null)
        {
            await Images.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="DisposeAsync"/>, for containers and callers that dispose synchronously.</summary>
    public void Dispose()
    {
        Texts?.Dispose();
        Images?.Dispose();
    }
}
