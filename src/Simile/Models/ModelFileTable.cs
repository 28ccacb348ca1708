using System.Text.Json;

namespace Simile.Models;

/// <summary>Every file and key of a model folder whose meaning is known (docs/model-files.md says why of each), and the names of those that
/// are not.</summary>
internal static partial class ModelFileTable
{
    private const string AnyName = "*";
    private const int MaxNamed = 8;
    private static readonly string[] Nested = ["text_config", "vision_config"];

    /// <summary>The rows of the page's first table.</summary>
    public static IReadOnlyList<ModelFileRow> FileRows => Files;

    /// <summary>The rows of all other tables.</summary>
    public static IReadOnlyList<ModelKeyRow> KeyRows => Keys;

    /// <summary>Names what no row knows, for the user to read; empty where all is known.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when a file is no JSON.</exception>
    public static IReadOnlyList<string> NotesOf(ModelFolder folder)
    {
        var modules = ModelModules.Read(folder);
        List<string> unknown = [];
        foreach (
            var path in modules
                .Paths.Where(path => path.Trim('.', '/', '\\').Length > 0)
                .Prepend(string.Empty)
                .Distinct(StringComparer.Ordinal)
        )
        {
            var index = modules.Paths.IndexOf(path);
            unknown.AddRange(UnknownOf(folder, path, index > 0 ? modules.Types[index] : null));
        }

        var named =
            string.Join(", ", unknown.Take(MaxNamed)) + (unknown.Count > MaxNamed ? $" and {unknown.Count - MaxNamed} more" : string.Empty);
        return unknown.Count == 0
            ? []
            : [$"{folder.Name} has what Simile does not know and does not follow: {named}. docs/model-files.md tells what is known."];
    }

    private static IEnumerable<string> UnknownOf(ModelFolder folder, string path, string? module)
    {
        if (!Directory.Exists(folder.File(path)))
        {
            yield break;
        }

        foreach (
            var name in Directory
                .EnumerateFiles(folder.File(path), "*.json")
                .Select(file => Path.GetFileName(file))
                .Order(StringComparer.Ordinal)
        )
        {
            var (own, file) = (Path.Combine(path, name), FileOf(name, module));
            if (!Keys.Any(row => row.File == file))
            {
                if (!Files.Any(row => row.Names.Contains(name, StringComparer.Ordinal)))
                {
                    yield return own;
                }

                continue;
            }

            var root = folder.ReadJson(own) ?? default;
            foreach (var key in UnknownIn(root, file, KindOf(root), string.Empty))
            {
                yield return $"'{key}' of {own}";
            }
        }
    }

    // Configurations of modules lie in their folders under one name; those of transformers have had several.
    private static string FileOf(string name, string? module) =>
        name == "config.json" && module is not (null or "Transformer" or "CLIPModel" or "StaticEmbedding") ? $"{module}/{name}"
        : name.StartsWith("sentence_", StringComparison.Ordinal) && name.EndsWith("_config.json", StringComparison.Ordinal)
            ? "sentence_bert_config.json"
        : name;

    private static string KindOf(JsonElement config) =>
        config.ValueKind != JsonValueKind.Object ? string.Empty
        : config.TryGetProperty("model_type", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString()!
        : config.TryGetProperty("architecture", out _) ? "timm"
        : string.Empty;

    private static IEnumerable<string> UnknownIn(JsonElement element, string file, string kind, string prefix) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element
                .EnumerateArray()
                .SelectMany(item => UnknownIn(item, file, kind, prefix))
                .Distinct(StringComparer.Ordinal),
            JsonValueKind.Object => element.EnumerateObject().SelectMany(entry => UnknownOf(entry, file, kind, prefix + entry.Name)),
            _ => [],
        };

    private static IEnumerable<string> UnknownOf(JsonProperty entry, string file, string kind, string path)
    {
        if (entry.Value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (Nested.Contains(path) && entry.Value.ValueKind == JsonValueKind.Object)
        {
            var own = KindOf(entry.Value);
            return UnknownIn(
                    entry.Value,
                    file,
                    own.Length > 0 ? own : $"{kind}_{path[..path.IndexOf('_', StringComparison.Ordinal)]}_model",
                    string.Empty
                )
                .Select(key => $"{path}.{key}");
        }

        var parts = path.Split('.');
        var rows = Keys.Where(row => row.File == file && row.IsFor(kind))
            .SelectMany(row => row.Keys)
            .Select(key => key.Split('.'))
            .ToList();
        var isDeeper = rows.Exists(row => row.Length > parts.Length && Begins(row, parts));
        return isDeeper && entry.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? UnknownIn(entry.Value, file, kind, path + ".")
            : rows.Exists(row => row.Length == parts.Length && Begins(row, parts)) ? []
            : [path];
    }

    private static bool Begins(string[] row, string[] path) =>
        path.Zip(row).All(pair => pair.Second == AnyName || string.Equals(pair.First, pair.Second, StringComparison.Ordinal));
}

/// <summary>What becomes of a file or a key of a model folder.</summary>
internal enum KeyEffect
{
    /// <summary>It decides about vectors, as in the libraries that write it.</summary>
    Followed,

    /// <summary>Any value but the one that changes nothing is an error.</summary>
    Refused,

    /// <summary>It changes no vector.</summary>
    NoEffect,
}

/// <summary>Files of a model folder with one effect.</summary>
/// <param name="Effect">What becomes of them.</param>
/// <param name="Names">Their names.</param>
internal sealed record ModelFileRow(KeyEffect Effect, params string[] Names);

/// <summary>Keys of one kind of file with one effect.</summary>
/// <param name="File">The file; those of modules after the module's type.</param>
/// <param name="Kinds">The kinds of networks whose file it is, with commas between them; empty for all.</param>
/// <param name="Effect">What becomes of the keys.</param>
/// <param name="Keys">The keys; those of nested objects with dots.</param>
internal sealed record ModelKeyRow(string File, string Kinds, KeyEffect Effect, params string[] Keys)
{
    /// <summary>Whether the keys are those of a kind's file.</summary>
    public bool IsFor(string kind) => Kinds.Length == 0 || Kinds.Split(", ").Contains(kind, StringComparer.Ordinal);
}
