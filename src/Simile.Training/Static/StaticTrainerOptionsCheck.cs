using System.Numerics;
using Simile.Engine.Threads;

namespace Simile.Training.Static;

internal static class StaticTrainerOptionsCheck
{
    private const int MaxDimensions = 4096;
    private const int MaxTokens = 8192;

    /// <summary>Throws <see cref="ErrorCode.InvalidOption"/> for the first option outside its range.</summary>
    public static void Check(StaticTrainerOptions options, int vocabulary)
    {
        Require(vocabulary is > 1 and <= ushort.MaxValue + 1, $"A tokenizer of {vocabulary} entries", "2 to 65,536 entries");
        Require(options.Sources.Count > 0, "An empty list of sources", "at least one");
        Require(
            options.Dimensions.Count > 0
                && options.Dimensions.All(d => d > 0 && d % 32 == 0)
                && options.Dimensions.Distinct().Count() == options.Dimensions.Count,
            $"Dimensions {string.Join(", ", options.Dimensions)}",
            "different multiples of 32"
        );
        Require(options.Steps > 0, $"{options.Steps} steps", "at least 1");
        Require(
            options.BatchSize > 0 && options.BatchSize % Math.Max(64, Vector<float>.Count) == 0 && options.BatchSize <= 16_384,
            $"A batch of {options.BatchSize} pairs",
            "a multiple of 64 up to 16,384"
        );
        Require(
            options.Dimensions.All(d => d <= MaxDimensions),
            $"Dimensions {string.Join(", ", options.Dimensions)}",
            $"up to {MaxDimensions}"
        );
        Require(options.MaxTokens is > 0 and <= MaxTokens, $"{options.MaxTokens} tokens a side", $"from 1 to {MaxTokens}");
        Require(options.ShortWeight >= 0 && float.IsFinite(options.ShortWeight), $"A short_weight of {options.ShortWeight}", "0 or above");
        Require(
            options.FrequencyDamping > 0 && double.IsFinite(options.FrequencyDamping),
            $"A frequency_damping of {options.FrequencyDamping}",
            "above 0"
        );
        Require(options.SizePower is >= 0 and <= 8, $"A size_power of {options.SizePower}", "from 0 to 8");
        Require(
            options.SourceWeights.Values.All(weight => weight >= 0 && double.IsFinite(weight)),
            $"source_weights {string.Join(", ", options.SourceWeights.Values)}",
            "0 or above"
        );
        Require(options.Scale is > 0 and <= 80, $"A scale of {options.Scale}", "above 0, up to 80");
        Require(options.Dropout is >= 0 and < 1, $"A dropout of {options.Dropout}", "from 0 to less than 1");
        Require(options.LearningRate > 0 && float.IsFinite(options.LearningRate), $"A learning rate of {options.LearningRate}", "above 0");
        Require(options.Threads is > 0 and <= WorkerTeam.MaxThreads, $"{options.Threads} threads", $"from 1 to {WorkerTeam.MaxThreads}");
    }

    private static void Require(bool holds, string value, string expected)
    {
        if (!holds)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{value} cannot be trained with: expected {expected}. Change the recipe.");
        }
    }
}
