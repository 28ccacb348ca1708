using System.Globalization;

namespace Simile.Vectors;

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
