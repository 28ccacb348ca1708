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
