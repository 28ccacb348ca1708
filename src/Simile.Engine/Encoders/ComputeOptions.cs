using Simile.Engine.Products;

namespace Simile.Engine.Encoders;

/// <summary>How a network computes.</summary>
internal sealed record ComputeOptions
{
    /// <summary>The arithmetic of the products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>The fastest instructions that may be used. Default: all.</summary>
    public InstructionLevel Level { get; init; } = InstructionLevel.Assembled;
}
