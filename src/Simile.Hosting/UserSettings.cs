using System.Text.Json;
using System.Text.Json.Nodes;
using Simile.Engine.Files;
using Simile.Models;

namespace Simile.Hosting;

/// <summary>What the user has set for all programs that ask: the model that is used where none is named.</summary>
/// <param name="folder">The folder of <c>settings.json</c>.</param>
/// <param name="variable">The value of SIMILE_MODEL, which wins over the file; null or empty for none.</param>
internal sealed class UserSettings(string folder, string? variable)
{
    /// <summary>The variable that wins over the file.</summary>
    public const string Variable = "SIMILE_MODEL";

    private const string ModelKey = "model";

    /// <summary>The settings file.</summary>
    public string FilePath { get; } = Path.Combine(folder, "settings.json");

    /// <summary>The default, and who set it.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for a file that cannot be read.</exception>
    public DefaultModel Default =>
        !string.IsNullOrWhiteSpace(variable) ? new DefaultModel(variable.Trim(), $"the variable {Variable}")
        : OfFile is { } model ? new DefaultModel(model, FilePath)
        : new DefaultModel(ModelCatalog.DefaultModel, null);

    /// <summary>The model that the file names, whatever the variable says; null for none.</summary>
    public string? OfFile =>
        Read() is not { } root || root[ModelKey] is not { } found ? null
        : found is JsonValue value && value.TryGetValue<string>(out var name) && name.Length > 0 ? name
        : throw Malformed($"'{ModelKey}' is {found.ToJsonString()}, not a name");

    /// <summary>The settings of this machine's user.</summary>
    public static UserSettings OfThisMachine() => new(UserFolders.Settings, Environment.GetEnvironmentVariable(Variable));

    /// <summary>Sets the default; null goes back to the model that comes with Simile.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for a file that cannot be read.</exception>
    public void Use(string? model)
    {
        var root = Read() ?? [];
        root.Remove(ModelKey);
        if (model is not null)
        {
            root[ModelKey] = model;
        }

        // Whole or not at all, for a program that reads it just now.
        Directory.CreateDirectory(folder);
        var temporary = $"{FilePath}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(temporary, root.ToJsonString() + "\n");
        File.Move(temporary, FilePath, overwrite: true);
    }

    private JsonObject? Read()
    {
        if (!RegularFile.Exists(FilePath))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(RegularFile.ReadAllBytes(FilePath)) as JsonObject ?? throw Malformed("it holds no JSON object");
        }
        catch (JsonException error)
        {
            throw Malformed(error.Message, error);
        }
    }

    private SimileException Malformed(string what, Exception? error = null) =>
        new(
            ErrorCode.InvalidOption,
            $"{FilePath} cannot be read: {what}. Expected is {{\"{ModelKey}\": \"name\"}}. Mend it, or delete it.",
            error
        );
}

/// <summary>The model that is used where none is named.</summary>
/// <param name="Name">Its name or folder.</param>
/// <param name="SetBy">The file or variable that says so; null where nobody has set one.</param>
internal sealed record DefaultModel(string Name, string? SetBy);
