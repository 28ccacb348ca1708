using System.Text.Json;
using System.Text.Json.Serialization;
using Simile.Engine.Files;
using Simile.Training.Corpora;

namespace Simile.Training.Static;

/// <summary>Recipes as JSON files; the fields are those of <see cref="StaticTrainerOptions"/> in snake case, those left out have its
/// defaults, an unknown one is an error.</summary>
public static class StaticRecipe
{
    private const int PassesOverLines = 20;

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static StaticTrainerOptions Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(path));
            return document.RootElement.EnumerateObject().Aggregate(new StaticTrainerOptions { Sources = [] }, Apply);
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

    /// <summary>The recipe of plain lines of text: about twenty passes over them, in batches of at most half of them.</summary>
    /// <param name="corpus">A file of texts, one a line, or a folder that holds such files (<c>.txt</c>).</param>
    /// <returns>The folder of the corpus, the recipe, and how many lines there are.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static (string Folder, StaticTrainerOptions Options, long Lines) ForLines(string corpus)
    {
        var full = Path.GetFullPath(corpus);
        var folder = RegularFile.Exists(full) ? Path.GetDirectoryName(full)! : full;
        string[] files =
            folder != full ? [full]
            : Directory.Exists(full)
                ? [.. Directory.EnumerateFiles(full, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : throw new SimileException(
                ErrorCode.BadTrainingData,
                $"There is no corpus {corpus}. Name a file of texts, one a line, or a folder of .txt files."
            );
        if (files.Length == 0)
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                $"{corpus} holds no .txt file, and no recipe says how to read others. Name a file of texts, one a line, or give a recipe."
            );
        }

        CorpusSource[] sources =
        [
            .. files.Select(file => new CorpusSource { File = Path.GetRelativePath(folder, file), Format = "lines" }),
        ];
        var lines = sources.Sum(source => CorpusFile.ReadLines(folder, source.File).LongCount(line => !string.IsNullOrWhiteSpace(line)));
        var batch = (int)Math.Clamp(lines / 128 * 64, 64, 1024);
        var steps = (int)Math.Clamp(PassesOverLines * lines / batch, 300, 20_000);
        return (
            folder,
            new StaticTrainerOptions
            {
                Sources = sources,
                BatchSize = batch,
                Steps = steps,
            },
            lines
        );
    }

    /// <summary>A recipe as JSON.</summary>
    public static string Write(StaticTrainerOptions options) => JsonSerializer.Serialize(options, RecipeJson.Default.StaticTrainerOptions);

    private static StaticTrainerOptions Apply(StaticTrainerOptions options, JsonProperty field) =>
        field.Name switch
        {
            "sources" => options with { Sources = [.. field.Value.EnumerateArray().Select(ReadSource)] },
            "dimensions" => options with { Dimensions = [.. field.Value.EnumerateArray().Select(item => item.GetInt32())] },
            "steps" => options with { Steps = field.Value.GetInt32() },
            "batch_size" => options with { BatchSize = field.Value.GetInt32() },
            "max_tokens" => options with { MaxTokens = field.Value.GetInt32() },
            "scale" => options with { Scale = field.Value.GetSingle() },
            "short_weight" => options with { ShortWeight = field.Value.GetSingle() },
            "learning_rate" => options with { LearningRate = field.Value.GetSingle() },
            "dropout" => options with { Dropout = field.Value.GetSingle() },
            "size_power" => options with { SizePower = field.Value.GetDouble() },
            "source_weights" => options with
            {
                SourceWeights = field
                    .Value.EnumerateObject()
                    .ToDictionary(weight => weight.Name, weight => weight.Value.GetDouble(), StringComparer.Ordinal),
            },
            "frequency_damping" => options with { FrequencyDamping = field.Value.GetDouble() },
            "seed" => options with { Seed = field.Value.GetInt32() },
            _ => throw new FormatException($"it has the unknown field '{field.Name}'."),
        };

    private static string Text(JsonElement source, string name) =>
        source.GetProperty(name).GetString() is { Length: > 0 } text
            ? text
            : throw new FormatException($"the {name} of a source is empty.");

    /// <summary>A source of a recipe.</summary>
    internal static CorpusSource ReadSource(JsonElement source)
    {
        var file = new CorpusSource { File = Text(source, "file"), Format = Text(source, "format") };
        return source
            .EnumerateObject()
            .Aggregate(
                file,
                (result, field) =>
                    field.Name switch
                    {
                        "file" or "format" => result,
                        "text_column" => result with { TextColumn = field.Value.GetInt32() },
                        "group_column" => result with { GroupColumn = field.Value.GetInt32() },
                        "words_only" => result with { WordsOnly = field.Value.GetBoolean() },
                        "has_header" => result with { HasHeader = field.Value.GetBoolean() },
                        _ => throw new FormatException($"a source has the unknown field '{field.Name}'."),
                    }
            );
    }
}

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower
)]
[JsonSerializable(typeof(StaticTrainerOptions))]
internal sealed partial class RecipeJson : JsonSerializerContext;
