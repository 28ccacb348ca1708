using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Models;

/// <summary>What a sentence-transformers folder lists in modules.json.</summary>
/// <param name="Types">The modules' types, without their Python package, in order.</param>
/// <param name="Paths">The folder of each, inside the model's.</param>
internal sealed record ModelModules(ImmutableArray<string> Types, ImmutableArray<string> Paths)
{
    private const string Library = "sentence_transformers.";

    /// <summary>Whether the last step scales vectors to unit length; a Dropout does nothing to a text that is embedded.</summary>
    public bool Normalize => Types.LastOrDefault(type => type != "Dropout") == "Normalize";

    /// <summary>The folder of the transformer, inside the model's; empty for the model's own.</summary>
    public string TransformerPath => Types is ["Transformer" or "CLIPModel", ..] ? Paths[0] : string.Empty;

    /// <summary>The folder of the StaticEmbedding module, or null when there is none.</summary>
    public string? StaticPath => Types is ["StaticEmbedding", ..] ? Paths[0] : null;

    public static ModelModules Read(ModelFolder folder)
    {
        if (folder.ReadJson("modules.json") is not { } modules)
        {
            return new ModelModules([], []);
        }

        try
        {
            var entries = modules.EnumerateArray().Select(module => (Type: TypeOf(module), Path: TextOf(module, "path"))).ToList();
            var read = new ModelModules([.. entries.Select(entry => entry.Type)], [.. entries.Select(entry => entry.Path)]);
            read.Check(folder);
            return read;
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.File("modules.json")} lists no modules as sentence-transformers writes them: {error.Message}",
                error
            );
        }
    }

    // Code of a model's own is never run, so a module that only has the name of a known one is none.
    private static string TypeOf(JsonElement module) => KnownType(TextOf(module, "type"));

    /// <summary>A module's type without its Python package, where that is sentence-transformers' own.</summary>
    public static string KnownType(string type) => type.StartsWith(Library, StringComparison.Ordinal) ? type.Split('.')[^1] : type;

    private static string TextOf(JsonElement module, string name) =>
        module.GetProperty(name).GetString() ?? throw new InvalidOperationException($"'{name}' is null.");

    private void Check(ModelFolder folder)
    {
        if (Paths.FirstOrDefault(path => Path.IsPathRooted(path) || path.Split('/', '\\').Contains("..")) is { } outside)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.Path} puts a module into '{outside}', outside of its own folder."
            );
        }

        if (Types.Length == 0)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.File("modules.json")} lists no module. Fetch it again.");
        }

        if (Types is ["Transformer", PairScoring.LogitScore])
        {
            return;
        }

        string[] behind = Types is ["Transformer", ..] ? ["Pooling", "Dense", "Normalize", "Dropout"] : ["Normalize", "Dropout"];
        if (Types.Skip(1).FirstOrDefault(type => !behind.Contains(type)) is { } foreign)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.File("modules.json")} puts a module of type '{foreign}' behind its {Types[0]}. Only "
                    + $"{string.Join(", ", behind)} are supported there."
            );
        }

        if (Types is [_, not "Pooling", ..] && Types.Skip(1).Any(type => type is "Pooling" or "Dense"))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.File("modules.json")} puts {Types[1]} between the Transformer and the pooling. Only a Pooling right behind "
                    + "the Transformer is supported."
            );
        }

        if (Types.Count(type => type == "Pooling") > 1)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.File("modules.json")} lists {Types.Count(type => type == "Pooling")} poolings; one is supported. A Pooling "
                    + "module can join several kinds."
            );
        }

        if (Types.Length > 0 && Types[0] is not ("Transformer" or "StaticEmbedding" or "CLIPModel"))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.Path} begins with a module of type '{Types[0]}'. Transformer, StaticEmbedding and CLIPModel are supported."
            );
        }
    }
}
