using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>What all learned fusions have beside their weights.</summary>
/// <param name="Path">The file.</param>
/// <param name="Spaces">The spaces it joins.</param>
/// <param name="Fused">The space of the fused vectors.</param>
/// <param name="Recipe">The digest of the file.</param>
internal sealed record LearnedFusionFrame(string Path, JoinedSpaces Spaces, EmbeddingSpace Fused, EmbeddingRecipe Recipe)
{
    /// <summary>Values of both parts together.</summary>
    public int Inputs => Spaces.Text.Dimensions + Spaces.Image.Dimensions;

    /// <summary>The fused space, when the parts' spaces are those that the file joins.</summary>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(image);
        Spaces.Require(Path, text, image);
        return Fused;
    }

    /// <summary>[t̂ ; î], both parts of unit length.</summary>
    public float[] Concatenate(ReadOnlySpan<float> text, ReadOnlySpan<float> image, string fusion)
    {
        FusionParts.RequireBoth(text, image, fusion);
        float[] both = [.. text, .. image];
        UnitLength.Normalize(both.AsSpan(0, text.Length));
        UnitLength.Normalize(both.AsSpan(text.Length));
        return both;
    }
}
