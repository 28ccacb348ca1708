using System.Numerics;
using Simile.Engine.Threads;
using Simile.Training.Corpora;

namespace Simile.Training.Static;

/// <summary>The recipe of a static text model. Two runs of one recipe on one corpus give the same weights, however often they are
/// interrupted.</summary>
public sealed record StaticTrainerOptions
{
    /// <summary>The files of the corpus.</summary>
    public required IReadOnlyList<CorpusSource> Sources { get; init; }

    /// <summary>Lengths a vector can be cut to, the longest being the model's own; multiples of 32. Default: 256, 128, 64, 32.</summary>
    public IReadOnlyList<int> Dimensions { get; init; } = [256, 128, 64, 32];

    /// <summary>Steps of training. Default: 20,000.</summary>
    public int Steps { get; init; } = 20_000;

    /// <summary>Pairs a step (B), a multiple of 64. Default: 1,024.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Tokens a side that are used. Default: 128.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>What cosines are multiplied with before the softmax. Default: 20.</summary>
    public float Scale { get; init; } = 20;

    /// <summary>Weight of each shorter length's loss beside the longest's 1. Default: 0.25.</summary>
    public float ShortWeight { get; init; } = 0.25f;

    /// <summary>Highest learning rate of Adam. Default: 0.002.</summary>
    public float LearningRate { get; init; } = 2e-3f;

    /// <summary>How often a token is left out in training. Default: 0.1.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>Sources are drawn by their size to this power. Default: 0.6.</summary>
    public double SizePower { get; init; } = 0.6;

    /// <summary>Factors on how often sources are drawn, by the source's name; 1 for those not named, 0 leaves one out.</summary>
    public IReadOnlyDictionary<string, double> SourceWeights { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>How far common tokens start out weaker: a row starts at a / (a + share of the token). Default: 0.001.</summary>
    /// <remarks>Smooth inverse frequency; Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence
    /// embeddings".</remarks>
    public double FrequencyDamping { get; init; } = 1e-3;

    /// <summary>Where the random numbers begin. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; they change the time, never the result. Default: all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

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
