using System.Text.Json;
using System.Text.Json.Serialization;
using Simile.Engine.Files;
using Simile.Training.Corpora;
using Simile.Training.Static;

namespace Simile.Training.Distillation;

/// <summary>The recipe of a static text model that learns from teachers. Two runs of one recipe on one corpus give the same weights,
/// however often they are interrupted.</summary>
internal sealed record DistillationOptions
{
    /// <summary>The files of the corpus.</summary>
    public required IReadOnlyList<CorpusSource> Sources { get; init; }

    /// <summary>How many texts of each kind are learned from, by the kind's name (<c>wikipedia.sentences</c>); kinds not named are left
    /// out. Default: empty, every text of every kind.</summary>
    public IReadOnlyDictionary<string, int> Texts { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Lengths a vector can be cut to, the longest being the model's own. Default: 256, 128, 64, 32.</summary>
    public IReadOnlyList<int> Dimensions { get; init; } = [256, 128, 64, 32];

    /// <summary>How often every text is seen. Default: 4.</summary>
    public int Epochs { get; init; } = 4;

    /// <summary>Texts a step (B); a smaller corpus is one batch. Default: 1,024.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Tokens of a text that the student sees. Default: 256.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How much each teacher counts, in the order in which they are named. Default: empty, all alike.</summary>
    public IReadOnlyList<double> TeacherWeights { get; init; } = [];

    /// <summary>Weight of 1 − cosine with the teachers' reduced vector. Default: 1.</summary>
    public float CosineWeight { get; init; } = 1;

    /// <summary>Weight of the mean squared difference of the similarities inside a batch. Default: 10.</summary>
    public float SimilarityWeight { get; init; } = 10;

    /// <summary>Weight of each shorter length's similarities beside the longest's 1. Default: 0.25.</summary>
    public float ShortWeight { get; init; } = 0.25f;

    /// <summary>Highest learning rate of Adam. Default: 0.02.</summary>
    public float LearningRate { get; init; } = 0.02f;

    /// <summary>How often a token is left out in training. Default: 0.</summary>
    public float Dropout { get; init; }

    /// <summary>How far common tokens start out weaker: a row starts at a / (a + share of the token). Default: 0.001.</summary>
    public double FrequencyDamping { get; init; } = 1e-3;

    /// <summary>Where the random numbers begin. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; they change the time, never the result. Default: all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>Recipes as JSON files; the fields are those of <see cref="DistillationOptions"/> in snake case, those left out have its
/// defaults, an unknown one is an error.</summary>
internal static class DistillationRecipe
{
    /// <summary>Reads a recipe.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static DistillationOptions Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(path));
            return document.RootElement.EnumerateObject().Aggregate(new DistillationOptions { Sources = [] }, Apply);
        }
        catch (Exception error)
            when (error
                    is IOException
                        or JsonException
                        or UnauthorizedAccessException
                        or InvalidOperationException
                        or FormatException
                        or KeyNotFoundException
            )
        {
            throw new SimileException(ErrorCode.BadTrainingData, $"The recipe {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A recipe as JSON.</summary>
    public static string Write(DistillationOptions options) =>
        JsonSerializer.Serialize(options, DistillationJson.Default.DistillationOptions);

    /// <summary>Throws <see cref="ErrorCode.InvalidOption"/> for the first option outside its range.</summary>
    public static void Check(DistillationOptions options, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(options);

        // What both kinds of training have is checked by the older one; its batches are pairs, and come in whole vectors.
        StaticTrainerOptionsCheck.Check(
            new StaticTrainerOptions
            {
                Sources = options.Sources,
                Dimensions = options.Dimensions,
                MaxTokens = options.MaxTokens,
                ShortWeight = options.ShortWeight,
                LearningRate = options.LearningRate,
                Dropout = options.Dropout,
                FrequencyDamping = options.FrequencyDamping,
                Threads = options.Threads,
            },
            vocabulary
        );
        Require(options.Epochs is > 0 and <= 10_000, $"{options.Epochs} epochs", "from 1 to 10,000");
        Require(options.BatchSize is >= 2 and <= 16_384, $"A batch of {options.BatchSize} texts", "from 2 to 16,384");
        Require(
            options.CosineWeight >= 0 && float.IsFinite(options.CosineWeight),
            $"A cosine_weight of {options.CosineWeight}",
            "0 or above"
        );
        Require(
            options.SimilarityWeight >= 0 && float.IsFinite(options.SimilarityWeight),
            $"A similarity_weight of {options.SimilarityWeight}",
            "0 or above"
        );
        Require(options.CosineWeight + options.SimilarityWeight > 0, "cosine_weight 0 and similarity_weight 0", "one of them above 0");
        Require(
            options.Texts.Values.All(count => count >= 0),
            $"texts {string.Join(", ", options.Texts.Select(entry => $"{entry.Key} {entry.Value}"))}",
            "0 or above for each kind"
        );
    }

    private static void Require(bool holds, string value, string expected)
    {
        if (!holds)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{value} cannot be trained with: expected {expected}. Change the recipe.");
        }
    }

    private static DistillationOptions Apply(DistillationOptions options, JsonProperty field) =>
        field.Name switch
        {
            "sources" => options with { Sources = [.. field.Value.EnumerateArray().Select(StaticRecipe.ReadSource)] },
            "texts" => options with
            {
                Texts = field
                    .Value.EnumerateObject()
                    .ToDictionary(count => count.Name, count => count.Value.GetInt32(), StringComparer.Ordinal),
            },
            "dimensions" => options with { Dimensions = [.. field.Value.EnumerateArray().Select(item => item.GetInt32())] },
            "epochs" => options with { Epochs = field.Value.GetInt32() },
            "batch_size" => options with { BatchSize = field.Value.GetInt32() },
            "max_tokens" => options with { MaxTokens = field.Value.GetInt32() },
            "teacher_weights" => options with { TeacherWeights = [.. field.Value.EnumerateArray().Select(item => item.GetDouble())] },
            "cosine_weight" => options with { CosineWeight = field.Value.GetSingle() },
            "similarity_weight" => options with { SimilarityWeight = field.Value.GetSingle() },
            "short_weight" => options with { ShortWeight = field.Value.GetSingle() },
            "learning_rate" => options with { LearningRate = field.Value.GetSingle() },
            "dropout" => options with { Dropout = field.Value.GetSingle() },
            "frequency_damping" => options with { FrequencyDamping = field.Value.GetDouble() },
            "seed" => options with { Seed = field.Value.GetInt32() },
            _ => throw new FormatException($"it has the unknown field '{field.Name}'."),
        };
}

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower
)]
[JsonSerializable(typeof(DistillationOptions))]
internal sealed partial class DistillationJson : JsonSerializerContext;
