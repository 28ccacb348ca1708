using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Models;

/// <summary>What a sentence-transformers folder lists in modules.json.</summary>
/// <param name="Types">The modules' types, without their Python package, in order.</param>
/// <param name="Paths">The folder of each, inside the model's.</param>
internal sealed record ModelModules(ImmutableArray<string> Types, ImmutableArray<string> Paths)
{
    /// <summary>Whether the last step scales vectors to unit length.</summary>
    public bool Normalize => Types.Contains("Normalize");

    /// <summary>The folder of the StaticEmbedding module, or null when there is none.</summary>
    public string? StaticPath => Types is ["StaticEmbedding", ..] ? Paths[0] : null;

    public static ModelModules Read(ModelFolder folder)
    {
        if (folder.ReadJson("modules.json") is not { ValueKind: JsonValueKind.Array } modules)
        {
            return new ModelModules([], []);
        }

        try
        {
            var entries = modules.EnumerateArray().Select(module => (Type: module.GetProperty("type").GetString()!.Split('.')[^1], Path: module.GetProperty("path").GetString()!)).ToList();
            var read = new ModelModules([.. entries.Select(entry => entry.Type)], [.. entries.Select(entry => entry.Path)]);
            read.Check(folder);
            return read;
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.File("modules.json")} lists no modules as sentence-transformers writes them: {error.Message}", error);
        }
    }

    private void Check(ModelFolder folder)
    {
        if (Paths.FirstOrDefault(path => Path.IsPathRooted(path) || path.Split('/', '\\').Contains("..")) is { } outside)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.Path} puts a module into '{outside}', outside of its own folder.");
        }

        string[] behind = Types is ["Transformer", ..] ? ["Pooling", "Dense", "Normalize"] : ["Normalize"];
        if (Types.Skip(1).FirstOrDefault(type => !behind.Contains(type)) is { } foreign)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.Path} puts a module of type '{foreign}' behind its {Types[0]}. Only {string.Join(", ", behind)} are supported there.");
        }

        if (Types.Length > 0 && Types[0] is not ("Transformer" or "StaticEmbedding" or "CLIPModel"))
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.Path} begins with a module of type '{Types[0]}'. Transformer, StaticEmbedding and CLIPModel are supported.");
        }
    }
}
