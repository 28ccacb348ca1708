using Simile.Engine.Kernels;

namespace Simile.Caching;

/// <summary>Vectors in 16-bit floats.</summary>
internal static class HalfVector
{
    // The first value that rounds to infinity.
    private const float TooLarge = 65520;

    /// <summary>Whether every value can be kept in 16 bits; NaN cannot.</summary>
    public static bool Fits(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!(MathF.Abs(value) < TooLarge))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Rounds each value to the nearest, ties to even.</summary>
    public static void Narrow(ReadOnlySpan<float> values, Span<Half> halves)
    {
        for (var i = 0; i < values.Length; i++)
        {
            halves[i] = (Half)values[i];
        }
    }

    /// <summary>The exact values of 16-bit floats that are finite.</summary>
    public static float[] Widen(ReadOnlySpan<Half> halves)
    {
        var values = new float[halves.Length];
        HalfRows.Add(halves, 0, values, 1);
        return values;
    }
}
