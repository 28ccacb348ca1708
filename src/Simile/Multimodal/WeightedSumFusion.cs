using System.Globalization;
using Simile.Engine.Kernels;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Adds two unit vectors of one space: f = (a · t̂ + b · î) / |a · t̂ + b · î|. The fused vector lives in that space, beside lone
/// texts and pictures.</summary>
/// <remarks>
/// The normalized sum is the direction closest to both parts: it maximizes a · cos(f, t) + b · cos(f, i) (the mean direction of Mardia and
/// Jupp 2000, "Directional statistics"). Where one part is missing, f is the other one alone. Opposite parts of equal weight have no sum
/// with a direction: <see cref="ErrorCode.FusionUndefined"/>.
/// </remarks>
public sealed class WeightedSumFusion : IFusion
{
    // Below this length a sum of unit vectors is rounding, not direction.
    private const double ShortestSum = 1e-5;
    private readonly float _text;
    private readonly float _image;

    /// <summary>Sets the weights.</summary>
    /// <param name="textWeight">a, at least 0.</param>
    /// <param name="imageWeight">b, at least 0.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public WeightedSumFusion(double textWeight = 1, double imageWeight = 1)
    {
        FusionParts.RequireWeights(textWeight, imageWeight);
        (_text, _image) = ((float)(textWeight / (textWeight + imageWeight)), (float)(imageWeight / (textWeight + imageWeight)));
        Recipe = EmbeddingRecipe.Of([
            ("fusion", "weighted-sum"),
            ("text", _text.ToString("R", CultureInfo.InvariantCulture)),
            ("image", _image.ToString("R", CultureInfo.InvariantCulture)),
        ]);
    }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image) => FusionParts.SharedSpace(text, image, "A weighted sum");

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        if (FusionParts.Take(text, image, fused) is not { } picture)
        {
            return;
        }

        for (var i = 0; i < fused.Length; i++)
        {
            fused[i] = (_text * fused[i]) + (_image * picture[i]);
        }

        if (VectorKernels.Dot(fused, fused) < ShortestSum * ShortestSum)
        {
            throw new SimileException(
                ErrorCode.FusionUndefined,
                $"Text and picture point in opposite directions with the weights {_text} and {_image}, so their sum has no direction. "
                    + "Use other weights."
            );
        }

        UnitLength.Normalize(fused);
    }
}
