using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Models;

/// <summary>A JSON object of a model folder, such as config.json. What is asked for and absent or of another kind is a clear error.</summary>
/// <param name="path">The file, for errors.</param>
/// <param name="root">Its content.</param>
public sealed class ModelConfig(string path, JsonElement root)
{
    /// <summary>A whole number that must be there, at least 1.</summary>
    public int Number(params ReadOnlySpan<string> names) =>
        NumberOrNull(names) is { } number and > 0 and < 100_000_000
            ? number
            : throw Missing(names, "a whole number of at least 1");

    /// <summary>A whole number of at least 1, or another value where there is no entry.</summary>
    public int NumberOr(string name, int otherwise) => Has(name) ? Number(name) : otherwise;

    /// <summary>A whole number, or null.</summary>
    public int? NumberOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>A number, or null.</summary>
    public double? RealOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>A text, or null.</summary>
    public string? TextOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A text that must be there.</summary>
    public string Text(params ReadOnlySpan<string> names) => TextOrNull(names) ?? throw Missing(names, "a text");

    /// <summary>True or false, or null.</summary>
    public bool? FlagOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>Whole numbers; empty when there are none.</summary>
    public ImmutableArray<int> Numbers(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Array } value && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _))
            ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
            : [];

    /// <summary>Numbers; empty when there are none.</summary>
    public ImmutableArray<double> Reals(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Array } value && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateArray().Select(item => item.GetDouble())]
            : [];

    /// <summary>The texts of an object by name; empty when there are none.</summary>
    public ImmutableDictionary<string, string> Texts(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Object } value
            ? value.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.String).DistinctBy(entry => entry.Name).ToImmutableDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal)
            : ImmutableDictionary<string, string>.Empty;

    /// <summary>An object within this one, or null.</summary>
    public ModelConfig? Child(string name) => Find([name]) is { ValueKind: JsonValueKind.Object } value ? new ModelConfig(path, value) : null;

    /// <summary>Whether the entry is there and not null.</summary>
    public bool Has(string name) => Find([name]) is not null;

    /// <summary>Refuses a model that asks for what Simile does not do.</summary>
    public SimileException Unsupported(string what) =>
        new(ErrorCode.UnsupportedModel, $"{path} asks for {what}, which Simile does not do.");

    // The first of several spellings that is there.
    private JsonElement? Find(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                return value;
            }
        }

        return null;
    }

    private SimileException Missing(ReadOnlySpan<string> names, string kind) =>
        new(ErrorCode.UnsupportedModel, $"{path} has no entry '{string.Join("' or '", names.ToArray())}' that is {kind}.");
}
