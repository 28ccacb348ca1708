using System.Globalization;
using Simile.Engine.Kernels;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>
/// Goes from the text to the picture along the great circle: f = (sin((1 − s) θ) · t̂ + sin(s θ) · î) / sin θ with θ the angle between them
/// (slerp; Shoemake 1985, "Animating rotation with quaternion curves"). The fused vector lives in the shared space.
/// </summary>
/// <remarks>
/// Unlike a sum, equal steps of s are equal angles. The angle is 2 · atan2(|t̂ − î|, |t̂ + î|) (Kahan 2006), exact for near and far vectors
/// alike; where it is too small for the quotient, the chord takes the arc's place. Where one part is missing, f is the other one alone.
/// Opposite parts are joined by infinitely many arcs:
/// <see cref="ErrorCode.FusionUndefined"/>, except at the ends s = 0 and s = 1.
/// </remarks>
public sealed class SphericalFusion : IFusion
{
    private const double SmallestAngle = 1e-4;
    private readonly double _share;

    /// <summary>Sets where on the arc the fused vector lies.</summary>
    /// <param name="imageShare">s, from 0 (the text) to 1 (the picture).</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public SphericalFusion(double imageShare = 0.5)
    {
        if (!(imageShare is >= 0 and <= 1))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The picture's share is {imageShare}, but it lies between 0 (the text) and 1 (the picture)."
            );
        }

        _share = imageShare;
        Recipe = EmbeddingRecipe.Of([("fusion", "spherical"), ("image", imageShare.ToString("R", CultureInfo.InvariantCulture))]);
    }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image) =>
        FusionParts.SharedSpace(text, image, "Interpolation on the sphere");

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        if (FusionParts.Take(text, image, fused) is not { } picture)
        {
            return;
        }

        var (a, b) = Shares(Angle(fused, picture));
        for (var i = 0; i < fused.Length; i++)
        {
            fused[i] = (float)((a * fused[i]) + (b * picture[i]));
        }

        UnitLength.Normalize(fused);
    }

    private (double Text, double Image) Shares(double angle)
    {
        if (angle < SmallestAngle || _share is 0 or 1)
        {
            return (1 - _share, _share);
        }

        return Math.PI - angle < SmallestAngle
            ? throw new SimileException(
                ErrorCode.FusionUndefined,
                "Text and picture point in opposite directions, so no single arc joins them. Take the weighted sum with unequal "
                    + "weights, or one of the parts."
            )
            : (Math.Sin((1 - _share) * angle) / Math.Sin(angle), Math.Sin(_share * angle) / Math.Sin(angle));
    }

    private static double Angle(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += ((double)a[i] + b[i]) * ((double)a[i] + b[i]);
        }

        return 2 * Math.Atan2(Math.Sqrt(VectorKernels.SquaredDistance(a, b)), Math.Sqrt(sum));
    }
}
