using System.Text.Json;
using System.Text.Json.Serialization;
using Simile.Engine.Files;
using Simile.Training.Static;

namespace Simile.Training.Distillation;

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
