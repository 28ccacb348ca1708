using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Makes one vector of a text's and a picture's. Immutable and safe to call from many threads.</summary>
public interface IFusion
{
    /// <summary>The formula and all its numbers.</summary>
    EmbeddingRecipe Recipe { get; }

    /// <summary>The space of the fused vectors.</summary>
    /// <param name="text">The space of the texts.</param>
    /// <param name="image">The space of the pictures.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when vectors of these spaces cannot be fused this
    /// way.</exception>
    EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image);

    /// <summary>Fuses two vectors of spaces that <see cref="SpaceOf"/> accepts.</summary>
    /// <param name="text">The text's vector; empty when there is no text.</param>
    /// <param name="image">The picture's vector; empty when there is no picture.</param>
    /// <param name="fused">Gets the fused vector, of unit length.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.MissingPart"/>, <see cref="ErrorCode.FusionUndefined"/> or
    /// <see cref="ErrorCode.InvalidVector"/>.</exception>
    void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused);
}

/// <summary>What several fusions demand of their parts.</summary>
internal static class FusionParts
{
    /// <summary>Throws unless both parts are there.</summary>
    public static void RequireBoth(ReadOnlySpan<float> text, ReadOnlySpan<float> image, string fusion)
    {
        if (text.IsEmpty || image.IsEmpty)
        {
            throw new SimileException(
                ErrorCode.MissingPart,
                $"{fusion} needs a text and a picture, but the input has no {(text.IsEmpty ? "text" : "picture")}. Give both, or fuse "
                    + "by weighted sum or on the sphere in a shared space."
            );
        }
    }

    /// <summary>Writes the text, scaled to unit length, and gives the picture likewise; or writes the one part that is there and gives
    /// null.</summary>
    public static float[]? Take(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        if (text.IsEmpty && image.IsEmpty)
        {
            throw new SimileException(ErrorCode.MissingPart, "There is neither a text nor a picture to fuse. Give at least one.");
        }

        (text.IsEmpty ? image : text).CopyTo(fused);
        UnitLength.Normalize(fused);
        if (text.IsEmpty || image.IsEmpty)
        {
            return null;
        }

        float[] picture = [.. image];
        UnitLength.Normalize(picture);
        return picture;
    }

    /// <summary>The shared space of both parts, with unit length.</summary>
    public static EmbeddingSpace SharedSpace(EmbeddingSpace text, EmbeddingSpace image, string fusion)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(image);
        return text.Equals(image)
            ? new EmbeddingSpace(text.Id, text.Dimensions, unitLength: true, text.Metric)
            : throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"{fusion} needs both parts in one space, but texts are in {text} and pictures in {image}. Use a model with a shared "
                    + "space, or align the two ('simile train alignment')."
            );
    }

    /// <summary>Throws unless both weights can be used.</summary>
    public static void RequireWeights(double text, double image)
    {
        if (!(double.IsFinite(text) && double.IsFinite(image) && text >= 0 && image >= 0 && text + image > 0))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The weights {text} (text) and {image} (picture) make no fusion: expected are finite numbers of at least 0, not both 0."
            );
        }
    }
}
