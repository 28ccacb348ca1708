using Simile.Images;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Turns texts, pictures and both together into fused vectors. Immutable and safe to call from many threads where its embedders
/// are.</summary>
public sealed class MultimodalEmbedder : IEmbedder<MultimodalInput>
{
    private readonly IEmbedder<string> _texts;
    private readonly IEmbedder<ImageInput> _images;
    private readonly IFusion _fusion;
    private readonly TimeProvider _time;

    /// <summary>Joins two embedders by a fusion.</summary>
    /// <param name="texts">Embeds texts.</param>
    /// <param name="images">Embeds pictures.</param>
    /// <param name="fusion">Makes one vector of both.</param>
    /// <param name="time">The clock of the timestamps, or null for the system's.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when the fusion does not take vectors of these
    /// spaces.</exception>
    public MultimodalEmbedder(IEmbedder<string> texts, IEmbedder<ImageInput> images, IFusion fusion, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(fusion);
        (_texts, _images, _fusion, _time) = (texts, images, fusion, time ?? TimeProvider.System);
        Space = fusion.SpaceOf(texts.Space, images.Space);
        Recipe = EmbeddingRecipe.Of([("texts", texts.Recipe.Digest), ("images", images.Recipe.Digest), ("fusion", fusion.Recipe.Digest)]);
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <inheritdoc/>
    /// <remarks>An input fails when one of its parts fails, or when the fusion needs a part that it has not. Purpose and token limit go to
    /// the text model.</remarks>
    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<MultimodalInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var records = await EmbedWithMetadataAsync(inputs, options, cancellationToken).ConfigureAwait(false);
        var block = EmbeddingBatch.NewBlock(records.Count, Space.Dimensions);
        for (var i = 0; i < records.Count; i++)
        {
            records[i].FusedVector.Span.CopyTo(block.AsSpan(i * Space.Dimensions));
        }

        return new EmbeddingBatch(Space, block, [.. records.Select(record => record.Outcome)]);
    }

    /// <summary>Embeds inputs and gives all three vectors of each; what is missing is empty.</summary>
    /// <inheritdoc cref="EmbedAsync"/>
    public async ValueTask<IReadOnlyList<MultimodalEmbeddingRecord>> EmbedWithMetadataAsync(
        IReadOnlyList<MultimodalInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var settled = OptionsCheck.RequireWhole(options, Space);
        var (texts, images) = (new RowMerger(_texts.Space, inputs.Count), new RowMerger(_images.Space, inputs.Count));
        await texts.FillAsync(_texts, inputs, input => input?.Text, "texts", settled, cancellationToken).ConfigureAwait(false);
        await images
            .FillAsync(_images, inputs, input => input?.Image, "pictures", settled with { MaxTokens = null }, cancellationToken)
            .ConfigureAwait(false);
        var now = _time.GetUtcNow();
        return [.. inputs.Select((input, i) => RecordOf(input, texts, images, i, now))];
    }

    private MultimodalEmbeddingRecord RecordOf(MultimodalInput? input, RowMerger texts, RowMerger images, int index, DateTimeOffset now)
    {
        var (text, image) = (texts.OutcomeOf(index), images.OutcomeOf(index));
        var fused = new float[Space.Dimensions];
        var outcome = new EmbeddingOutcome(text?.TokensSeen ?? 0, text?.TokensUsed ?? 0, ErrorOf(input, text, image))
        {
            Truncated = text?.Truncated ?? false,
        };
        if (outcome.Succeeded)
        {
            try
            {
                _fusion.Fuse(texts.VectorOf(index).Span, images.VectorOf(index).Span, fused);
            }
            catch (SimileException error)
            {
                outcome = outcome with { Error = error };
            }
        }

        return new MultimodalEmbeddingRecord(
            input,
            texts.VectorOf(index),
            images.VectorOf(index),
            outcome.Succeeded ? fused : ReadOnlyMemory<float>.Empty,
            text,
            image,
            outcome,
            now
        );
    }

    private static SimileException? ErrorOf(MultimodalInput? input, EmbeddingOutcome? text, EmbeddingOutcome? image) =>
        input is null ? new SimileException(ErrorCode.NullInput, "The input is null. Leave it out.") : text?.Error ?? image?.Error;
}

/// <summary>A text, a picture, or both together. What is missing is null; it is never taken for zeros.</summary>
/// <param name="Text">The text, or null.</param>
/// <param name="Image">The picture, or null.</param>
public sealed record MultimodalInput(string? Text, ImageInput? Image = null);

/// <summary>The vectors of one input: of its text, of its picture, and of both together.</summary>
/// <param name="Input">The input as it was given.</param>
/// <param name="TextVector">The text's vector in the text space; empty when there is no text, or when it failed.</param>
/// <param name="ImageVector">The picture's vector in the image space; empty when there is no picture, or when it failed.</param>
/// <param name="FusedVector">The fused vector; empty when there is an error.</param>
/// <param name="TextOutcome">What became of the text; null when there is none.</param>
/// <param name="ImageOutcome">What became of the picture; null when there is none.</param>
/// <param name="Outcome">What became of the whole input.</param>
/// <param name="Timestamp">When it was embedded.</param>
public sealed record MultimodalEmbeddingRecord(
    MultimodalInput? Input,
    ReadOnlyMemory<float> TextVector,
    ReadOnlyMemory<float> ImageVector,
    ReadOnlyMemory<float> FusedVector,
    EmbeddingOutcome? TextOutcome,
    EmbeddingOutcome? ImageOutcome,
    EmbeddingOutcome Outcome,
    DateTimeOffset Timestamp
);
