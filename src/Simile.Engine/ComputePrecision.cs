namespace Simile;

/// <summary>The arithmetic of a network's matrix products.</summary>
public enum ComputePrecision
{
    /// <summary>32-bit floats throughout.</summary>
    Float32,

    /// <summary>Weights and activations rounded to bfloat16, sums in 32-bit floats.</summary>
    BFloat16,

    /// <summary>Weights in 8 bits with a scale for each output, activations in 8 bits with a scale for each row, sums in exact 32-bit
    /// integers.</summary>
    Int8,
}
