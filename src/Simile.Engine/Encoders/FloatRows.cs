using System.Runtime.InteropServices;

namespace Simile.Engine.Encoders;

/// <summary>Rows of floats that somebody else holds.</summary>
/// <param name="data">The first row.</param>
/// <param name="stride">Floats from one row to the next.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct FloatRows(float* data, int stride)
{
    /// <summary>The first row.</summary>
    public float* Data => data;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride => stride;

    /// <summary>Bytes from one row to the next.</summary>
    public int StrideBytes => stride * sizeof(float);

    /// <summary>Where a row lies.</summary>
    public float* this[int row] => data + ((nint)row * stride);
}
