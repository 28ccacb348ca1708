using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Models;

/// <summary>What a sentence-transformers folder lists in modules.json.</summary>
/// <param name="Types">The modules' types, without their Python package, in order.</param>
/// <param name="StaticPath">The folder of the StaticEmbedding module, or null when there is none.</param>
internal sealed record ModelModules(ImmutableArray<string> Types, string? StaticPath)
{
    /// <summary>Whether the last step scales vectors to unit length.</summary>
    public bool Normalize => Types.Contains("Normalize");

    public static ModelModules Read(ModelFolder folder)
    {
        if (folder.ReadJson("modules.json") is not { ValueKind: JsonValueKind.Array } modules)
        {
            return new ModelModules([], null);
        }

        var entries = modules.EnumerateArray().Select(module => (Type: module.GetProperty("type").GetString()!.Split('.')[^1], Path: module.GetProperty("path").GetString()!)).ToList();
        var types = entries.Select(entry => entry.Type).ToImmutableArray();
        var isStatic = types.Length > 0 && types[0] == "StaticEmbedding";
        if (isStatic && types.Skip(1).FirstOrDefault(type => type != "Normalize") is { } foreign)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.Path} puts a module of type '{foreign}' behind its StaticEmbedding. Only Normalize is supported there.");
        }

        return new ModelModules(types, isStatic ? entries[0].Path : null);
    }
}
