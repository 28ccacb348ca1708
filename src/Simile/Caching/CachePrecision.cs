namespace Simile.Caching;

/// <summary>How a cache keeps the values of vectors.</summary>
public enum CachePrecision
{
    /// <summary>32-bit floats: a hit is bit for bit what was put in.</summary>
    Float32,

    /// <summary>16-bit floats, half the space. A value is off by at most 2⁻¹¹ of its size, or by 2⁻²⁵ where it is below 2⁻¹⁴. A vector with
    /// a value of 65,520 or more in size is kept in 32 bits.</summary>
    Float16,
}
