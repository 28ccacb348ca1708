using Simile.Images;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile;

/// <summary>Embeds texts and pictures, in any order, into one space. Either half may be missing: then each input of that kind is a failed
/// row.</summary>
public sealed class ContentEmbedder : IEmbedder<Content>
{
    /// <summary>Joins two embedders.</summary>
    /// <param name="texts">Embeds texts, or null.</param>
    /// <param name="images">Embeds pictures, or null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when their vectors cannot be compared;
    /// <see cref="ErrorCode.InvalidOption"/> when both are missing.</exception>
    public ContentEmbedder(IEmbedder<string>? texts, IEmbedder<ImageInput>? images)
    {
        if (texts is not null && images is not null)
        {
            texts.Space.EnsureSame(images.Space);
        }

        (Texts, Images) = (texts, images);
        Space =
            texts?.Space
            ?? images?.Space
            ?? throw new SimileException(
                ErrorCode.InvalidOption,
                "Neither an embedder of texts nor one of pictures was given; at least one is needed."
            );
        Recipe = EmbeddingRecipe.Of([("texts", texts?.Recipe.Digest ?? "none"), ("images", images?.Recipe.Digest ?? "none")]);
    }

    /// <summary>Embeds texts, or null.</summary>
    public IEmbedder<string>? Texts { get; }

    /// <summary>Embeds pictures, or null.</summary>
    public IEmbedder<ImageInput>? Images { get; }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <inheritdoc/>
    /// <remarks><see cref="EmbedOptions.MaxTokens"/> and <see cref="EmbedOptions.Purpose"/> are for the texts.</remarks>
    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<Content> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var settled = options ?? EmbedOptions.Default;
        var rows = new RowMerger(Space.For(settled), inputs.Count);
        await rows.FillAsync(Texts, inputs, content => content?.Text, "texts", settled, cancellationToken).ConfigureAwait(false);
        await rows.FillAsync(Images, inputs, content => content?.Image, "pictures", settled with { MaxTokens = null }, cancellationToken)
            .ConfigureAwait(false);
        return rows.ToBatch();
    }

    /// <inheritdoc/>
    /// <remarks>Itself, its <see cref="ContentTraits"/>, or what stands behind the half of texts, then of pictures.</remarks>
    public object? Find(Type type) =>
        type?.IsInstanceOfType(this) == true ? this
        : type == typeof(ContentTraits) ? new ContentTraits(Texts?.Recipe, Images?.Recipe)
        : Texts?.Find(type!) ?? Images?.Find(type!);
}
