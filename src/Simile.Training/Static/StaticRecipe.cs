using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simile.Training.Static;

/// <summary>Recipes as JSON files; the fields are those of <see cref="StaticTrainerOptions"/>, an unknown one is an error.</summary>
public static class StaticRecipe
{
    /// <summary>Reads a recipe.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static StaticTrainerOptions Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RecipeJson.Default.StaticTrainerOptions)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new SimileException(ErrorCode.BadTrainingData, $"The recipe {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A recipe as JSON.</summary>
    public static string Write(StaticTrainerOptions options) => JsonSerializer.Serialize(options, RecipeJson.Default.StaticTrainerOptions);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(StaticTrainerOptions))]
internal sealed partial class RecipeJson : JsonSerializerContext;
