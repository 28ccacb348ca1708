using System.Globalization;
using Simile.Engine.Kernels;

namespace Simile.Vectors;

/// <summary>Scaling of vectors to Euclidean length 1.</summary>
internal static class UnitLength
{
    // Below this a sum of squares has lost digits: its parts lie where 32-bit floats are spaced evenly.
    private const float LeastSquares = 1e-30f;

    /// <summary>Scales a vector (D) to length 1, in place.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidVector"/> when it holds NaN or infinity, or only zeros.</exception>
    public static void Normalize(Span<float> vector)
    {
        if (!TryNormalize(vector))
        {
            throw new SimileException(
                ErrorCode.InvalidVector,
                $"A vector of {vector.Length} values has no direction: it is all zeros, or holds NaN or infinity. Check where it "
                    + "comes from."
            );
        }
    }

    /// <summary>Scales a vector to length 1 and says whether that was possible; else it stays as it is.</summary>
    public static bool TryNormalize(Span<float> vector)
    {
        var squares = VectorKernels.Dot(vector, vector);
        if (!(squares > LeastSquares) || !float.IsFinite(squares))
        {
            return TryNormalizeExtreme(vector);
        }

        Scale(vector, MathF.Sqrt(squares));
        return true;
    }

    // Squares of very small or very large values leave the range of floats: these vectors are brought to a largest value of 1 first.
    private static bool TryNormalizeExtreme(Span<float> vector)
    {
        var largest = 0f;
        foreach (var value in vector)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }

            largest = Math.Max(largest, MathF.Abs(value));
        }

        if (largest == 0)
        {
            return false;
        }

        Scale(vector, largest);
        Scale(vector, MathF.Sqrt(VectorKernels.Dot(vector, vector)));
        return true;
    }

    private static void Scale(Span<float> vector, float divisor)
    {
        foreach (ref var value in vector)
        {
            value /= divisor;
        }
    }
}

/// <summary>Whether vectors hold numbers only: no NaN, no infinity.</summary>
internal static class Finite
{
    /// <summary>Whether every value is finite.</summary>
    public static bool Holds(ReadOnlySpan<float> vector) => FirstOther(vector) < 0;

    /// <summary>Where the first value stands that is not finite; -1 where all are.</summary>
    public static int FirstOther(ReadOnlySpan<float> vector)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The error of a vector that holds another value.</summary>
    /// <param name="what">Whose vector, as the beginning of a sentence.</param>
    /// <param name="vector">The vector, with such a value.</param>
    /// <param name="advice">What to do.</param>
    public static SimileException Error(string what, ReadOnlySpan<float> vector, string advice) =>
        new(
            ErrorCode.InvalidVector,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} holds {vector[FirstOther(vector)]} at place {FirstOther(vector)} of {vector.Length}, where a finite number "
                    + $"belongs. {advice}"
            )
        );
}
