using Simile.Vectors;

namespace Simile.Models;

/// <summary>What a check of a model found.</summary>
/// <param name="HasGolden">Whether the model came with vectors to compare with; without them it was only checked against itself.</param>
/// <param name="LargestDifference">The largest difference of any value.</param>
internal sealed record ModelVerification(bool HasGolden, float LargestDifference)
{
    /// <summary>The result in words.</summary>
    public string Summary =>
        HasGolden
            ? $"as published (largest difference {LargestDifference:G3})"
            : "loads and agrees with itself; it came without golden vectors to be compared with";

    /// <summary>Compares vectors with those expected.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="batch">Its vectors.</param>
    /// <param name="expected">The vectors expected.</param>
    /// <param name="tolerance">The largest difference allowed; 0 where the expected ones are the model's own of a moment before.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when a difference is above the tolerance.</exception>
    internal static ModelVerification Of(ModelFolder folder, EmbeddingBatch batch, IReadOnlyList<float[]> expected, float tolerance)
    {
        var largest = 0f;
        for (var i = 0; i < expected.Count; i++)
        {
            largest = Math.Max(largest, LargestOf(batch[i], expected[i]));
        }

        return largest <= tolerance
            ? new ModelVerification(tolerance > 0, largest)
            : throw new SimileException(
                ErrorCode.VerificationFailed,
                $"{folder.Name} gives vectors that differ from "
                    + $"{(tolerance > 0 ? "its golden ones" : "those it gave a moment before")} by {largest:G3}, but {tolerance:G3} is "
                    + "allowed. Fetch the model again."
            );
    }

    /// <summary>Two checks of one model in one: both halves must have golden vectors for the whole to have them.</summary>
    public ModelVerification And(ModelVerification other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ModelVerification(HasGolden && other.HasGolden, Math.Max(LargestDifference, other.LargestDifference));
    }

    private static float LargestOf(ReadOnlySpan<float> actual, float[] expected)
    {
        if (actual.Length != expected.Length)
        {
            return float.PositiveInfinity;
        }

        var largest = 0f;
        for (var d = 0; d < expected.Length; d++)
        {
            var difference = MathF.Abs(actual[d] - expected[d]);
            largest = float.IsNaN(difference) ? float.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
