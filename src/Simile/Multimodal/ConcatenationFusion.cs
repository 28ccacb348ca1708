using System.Globalization;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Puts the parts side by side, each normalized and weighted: f = [√a · t̂ ; √b · î] / √(a + b), of D_text + D_image
/// values.</summary>
/// <remarks>
/// The cosine of two fused vectors is then the weighted mean of the parts' cosines, (a · cos_text + b · cos_image) / (a + b): early fusion,
/// as in Baltrušaitis, Ahuja and Morency 2019, "Multimodal machine learning: a survey and taxonomy". A weight of 0 leaves zeros in that
/// part's place. Both parts are needed: zeros for a missing part would make every lone text perpendicular to every lone picture.
/// </remarks>
public sealed class ConcatenationFusion : IFusion
{
    private readonly float _textFactor;
    private readonly float _imageFactor;

    /// <summary>Sets the weights.</summary>
    /// <param name="textWeight">a, at least 0.</param>
    /// <param name="imageWeight">b, at least 0.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public ConcatenationFusion(double textWeight = 1, double imageWeight = 1)
    {
        FusionParts.RequireWeights(textWeight, imageWeight);
        _textFactor = (float)Math.Sqrt(textWeight / (textWeight + imageWeight));
        _imageFactor = (float)Math.Sqrt(imageWeight / (textWeight + imageWeight));
        Recipe = EmbeddingRecipe.Of([
            ("fusion", "concatenation"),
            ("text", _textFactor.ToString("R", CultureInfo.InvariantCulture)),
            ("image", _imageFactor.ToString("R", CultureInfo.InvariantCulture)),
        ]);
    }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(image);
        var digest = EmbeddingRecipe.Of([("fusion", Recipe.Digest), ("text", text.ToString()), ("image", image.ToString())]).Digest;
        return new EmbeddingSpace(
            $"concatenation@{digest[..16]}",
            text.Dimensions + image.Dimensions,
            unitLength: true,
            SimilarityMetric.Cosine
        );
    }

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        FusionParts.RequireBoth(text, image, "Concatenation");
        Place(text, fused[..text.Length], _textFactor);
        Place(image, fused[text.Length..], _imageFactor);
    }

    private static void Place(ReadOnlySpan<float> part, Span<float> target, float factor)
    {
        part.CopyTo(target);
        UnitLength.Normalize(target);
        foreach (ref var value in target)
        {
            value *= factor;
        }
    }
}
