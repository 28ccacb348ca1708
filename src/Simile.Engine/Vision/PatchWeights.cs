using Simile.Engine.Encoders;

namespace Simile.Engine.Vision;

/// <summary>What a vision transformer does before its first layer (Dosovitskiy et al. 2020).</summary>
internal sealed record PatchWeights
{
    /// <summary>(H, 3, p, p).</summary>
    public required float[] Projection { get; init; }

    /// <summary>(H), or null.</summary>
    public float[]? ProjectionBias { get; init; }

    /// <summary>(H): the row before the patches, whose last state is the picture's; null where <see cref="Pooling"/> makes it of the
    /// patches.</summary>
    public float[]? Class { get; init; }

    /// <summary>What makes a picture's vector of its patches' states where there is no class row (SigLIP).</summary>
    public ProbeWeights? Pooling { get; init; }

    /// <summary>(1 + P, H), or (P, H) without a class row.</summary>
    public required float[] Positions { get; init; }

    /// <summary>The norm behind the sum (CLIP), or null.</summary>
    public NormWeights? Norm { get; init; }

    /// <summary>p: pixels of a patch's side.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Pixels of a picture's side.</summary>
    public required int ImageSize { get; init; }
}
