namespace Simile;

/// <summary>Which instructions the matrix products use, from the plainest to the fastest.</summary>
public enum InstructionLevel
{
    /// <summary>128-bit vectors, on any processor (SSE, ARM's Advanced SIMD, WebAssembly).</summary>
    Vector128,

    /// <summary>256-bit vectors: AVX2 with fused multiply-add.</summary>
    Vector256,

    /// <summary>512-bit vectors: AVX-512 through the compiler's intrinsics.</summary>
    Vector512,

    /// <summary>AVX-512 with kernels assembled at run time, with VNNI for int8 and BF16 for bfloat16 where the processor has
    /// them.</summary>
    Assembled,
}
