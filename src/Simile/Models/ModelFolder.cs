using System.Collections.Concurrent;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Models;

/// <summary>A folder with a model as the Hugging Face hub lays it out.</summary>
internal sealed class ModelFolder
{
    private readonly ConcurrentDictionary<string, JsonElement?> _read = new(StringComparer.Ordinal);

    private ModelFolder(string path) => Path = path;

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The folder's own name; in the hub's cache (<c>models--org--name/snapshots/commit</c>) the repository's,
    /// <c>org/name</c>.</summary>
    public string Name =>
        Path.Split('/', '\\') is [.., var repository, "snapshots", _] && repository.StartsWith("models--", StringComparison.Ordinal)
            ? repository["models--".Length..].Replace("--", "/", StringComparison.Ordinal)
            : System.IO.Path.GetFileName(Path);

    /// <summary>Opens a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>.</exception>
    public static ModelFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(full))
        {
            throw new SimileException(
                ErrorCode.ModelNotFound,
                $"There is no model folder {full}. 'simile models list' names the installed ones."
            );
        }

        return new ModelFolder(full);
    }

    /// <summary>The path of a file of the folder.</summary>
    public string File(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A JSON object of the folder, or null when there is no such file.</summary>
    public ModelConfig? ReadConfig(string subfolder, string name) =>
        ReadJson(System.IO.Path.Combine(subfolder, name)) is not { } root ? null
        : root.ValueKind == JsonValueKind.Object ? new ModelConfig(File(subfolder, name), root)
        : throw new SimileException(
            ErrorCode.UnsupportedModel,
            $"{File(subfolder, name)} holds no JSON object, as it should. Fetch it again."
        );

    /// <summary>The JSON in a file of the folder, or null when there is no such file. Each file is read once.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the file is no JSON.</exception>
    public JsonElement? ReadJson(string name) => _read.GetOrAdd(name, Parse);

    private JsonElement? Parse(string name)
    {
        if (!RegularFile.Exists(File(name)))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(File(name)));
            ReadTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimileException(ErrorCode.ModelNotFound, $"{File(name)} cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{File(name)} is no JSON: {error.Message}", error);
        }
    }

    // That a text is no valid Unicode shows only when it is read.
    private static void ReadTexts(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            _ = element.GetString();
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            element.EnumerateArray().ToList().ForEach(ReadTexts);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in element.EnumerateObject())
            {
                _ = entry.Name;
                ReadTexts(entry.Value);
            }
        }
    }
}
