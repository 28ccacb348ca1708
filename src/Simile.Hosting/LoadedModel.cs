using Simile.Images;
using Simile.Multimodal;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Hosting;

/// <summary>A model that embeds texts, pictures, or both into one space.</summary>
public sealed class LoadedModel : IAsyncDisposable
{
    internal LoadedModel(TextEmbedder? texts, ImageEmbedder? images)
    {
        (Texts, Images) = (texts, images);
        Embedder = new ContentEmbedder(texts, images);
    }

    /// <summary>Embeds texts, or null.</summary>
    public TextEmbedder? Texts { get; }

    /// <summary>Embeds pictures, or null.</summary>
    public ImageEmbedder? Images { get; }

    /// <summary>Embeds both.</summary>
    public ContentEmbedder Embedder { get; }

    /// <summary>The space of all vectors.</summary>
    public EmbeddingSpace Space => Embedder.Space;

    /// <summary>What was assumed, for the user to read.</summary>
    public IEnumerable<string> Notes => [.. Texts?.Notes ?? [], .. Images?.Notes ?? []];

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
}
