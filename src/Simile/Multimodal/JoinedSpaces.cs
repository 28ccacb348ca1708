using System.Globalization;
using Simile.Engine.Tensors;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>The text space and the image space that a trained file joins, as its header names them.</summary>
/// <param name="Text">The space of the texts.</param>
/// <param name="Image">The space of the pictures.</param>
internal sealed record JoinedSpaces(EmbeddingSpace Text, EmbeddingSpace Image)
{
    /// <summary>Reads them from a header.</summary>
    public static JoinedSpaces Read(SafetensorsFile file) => new(ReadSpace(file, "text"), ReadSpace(file, "image"));

    /// <summary>Reads one space of a header.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static EmbeddingSpace ReadSpace(SafetensorsFile file, string side) =>
        int.TryParse(
            file.Metadata.GetValueOrDefault(side + "_dimensions"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var dimensions
        )
        && dimensions > 0
        && file.Metadata.GetValueOrDefault(side + "_space") is { Length: > 0 } id
        && bool.TryParse(file.Metadata.GetValueOrDefault(side + "_unit_length"), out var unitLength)
            ? new EmbeddingSpace(id, dimensions, unitLength, SimilarityMetric.Cosine)
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{file.Path} does not name its {side} space: expected {side}_space, {side}_dimensions and {side}_unit_length in its "
                    + "header. Train it with 'simile train alignment'."
            );

    /// <summary>Puts them into a header.</summary>
    public void Describe(IDictionary<string, string> metadata)
    {
        Describe(metadata, "text", Text);
        Describe(metadata, "image", Image);
    }

    /// <summary>Puts one space into a header.</summary>
    public static void Describe(IDictionary<string, string> metadata, string side, EmbeddingSpace space)
    {
        metadata[side + "_space"] = space.Id;
        metadata[side + "_dimensions"] = space.Dimensions.ToString(CultureInfo.InvariantCulture);
        metadata[side + "_unit_length"] = space.UnitLength ? "true" : "false";
    }

    /// <summary>Throws unless these are the spaces that the file joins; null leaves a side out.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>.</exception>
    public void Require(string path, EmbeddingSpace? text, EmbeddingSpace? image)
    {
        if ((text is not null && !text.Equals(Text)) || (image is not null && !image.Equals(Image)))
        {
            var given = string.Join(
                " and ",
                new[] { text is null ? null : $"texts of {text}", image is null ? null : $"pictures of {image}" }.Where(side =>
                    side is not null
                )
            );
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"{path} joins texts of {Text} and pictures of {Image}, but was to be used with {given}. Use the models it was "
                    + "trained for, or train it anew for these."
            );
        }
    }
}
