using Simile.Engine.Encoders;

namespace Simile.Engine.Vision;

/// <summary>What a vision transformer does before its first layer (Dosovitskiy et al. 2020).</summary>
public sealed record PatchWeights
{
    /// <summary>(H, 3, p, p).</summary>
    public required float[] Projection { get; init; }

    /// <summary>(H), or null.</summary>
    public float[]? ProjectionBias { get; init; }

    /// <summary>(H): the row before the patches, whose last state is the picture's.</summary>
    public required float[] Class { get; init; }

    /// <summary>(1 + P, H).</summary>
    public required float[] Positions { get; init; }

    /// <summary>The norm behind the sum (CLIP), or null.</summary>
    public NormWeights? Norm { get; init; }

    /// <summary>p: pixels of a patch's side.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Pixels of a picture's side.</summary>
    public required int ImageSize { get; init; }
}
