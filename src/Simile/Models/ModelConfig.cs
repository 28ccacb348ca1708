using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Models;

/// <summary>A JSON object of a model folder, such as config.json. What is asked for and absent or of another kind is a clear
/// error.</summary>
/// <param name="path">The file, for errors.</param>
/// <param name="root">Its content.</param>
internal sealed class ModelConfig(string path, JsonElement root)
{
    /// <summary>A whole number that must be there, at least 1.</summary>
    public int Number(params ReadOnlySpan<string> names) =>
        Find(names) is { } value && WholeOf(value) is { } number and > 0 and < 100_000_000
            ? number
            : throw Missing(names, "a whole number of at least 1");

    /// <summary>A whole number of at least 1, or another value where there is no entry.</summary>
    public int NumberOr(string name, int otherwise) => Has(name) ? Number(name) : otherwise;

    /// <summary>A whole number, or null where there is none.</summary>
    public int? NumberOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is not { } value ? null : WholeOf(value) ?? throw Wrong(names, value, "a whole number");

    /// <summary>A whole number of at least 1, or null where there is none, or one that means "no limit" (0, -1, 10^30).</summary>
    public int? LimitOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is not { } value ? null
        : value.ValueKind != JsonValueKind.Number ? throw Wrong(names, value, "a number")
        : WholeOf(value) is { } number and > 0 ? number
        : null;

    /// <summary>A number, or null where there is none.</summary>
    public double? RealOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? value.GetDouble()
        : throw Wrong(names, value, "a number");

    /// <summary>A text, or null where there is none.</summary>
    public string? TextOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(names, value, "a text");

    /// <summary>A text that must be there.</summary>
    public string Text(params ReadOnlySpan<string> names) => TextOrNull(names) ?? throw Missing(names, "a text");

    /// <summary>True or false, or null where there is none.</summary>
    public bool? FlagOrNull(params ReadOnlySpan<string> names) =>
        Find(names) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(names, value, "true or false");

    /// <summary>Whole numbers; empty when there are none.</summary>
    public ImmutableArray<int> Numbers(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Array } value
        && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _))
            ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
            : [];

    /// <summary>Numbers; empty when there are none.</summary>
    public ImmutableArray<double> Reals(params ReadOnlySpan<string> names) =>
        Find(names) is { ValueKind: JsonValueKind.Array } value
        && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateArray().Select(item => item.GetDouble())]
            : [];

    /// <summary>The texts of an object by name; empty when there are none. Of a name that stands twice the last counts.</summary>
    public ImmutableDictionary<string, string> Texts(string name)
    {
        var texts = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in EntriesOf(name).Where(entry => entry.Value.ValueKind != JsonValueKind.Null))
        {
            texts[entry.Name] =
                entry.Value.ValueKind == JsonValueKind.String
                    ? entry.Value.GetString()!
                    : throw Wrong([$"{name}.{entry.Name}"], entry.Value, "a text");
        }

        return texts.ToImmutable();
    }

    /// <summary>The numbers of an object by name, in order; empty when there are none.</summary>
    public ImmutableArray<(string Name, double Value)> NamedReals(string name) =>
        [
            .. EntriesOf(name)
                .Select(entry =>
                    (
                        entry.Name,
                        entry.Value.ValueKind == JsonValueKind.Number
                            ? entry.Value.GetDouble()
                            : throw Wrong([$"{name}.{entry.Name}"], entry.Value, "a number")
                    )
                ),
        ];

    /// <summary>A text, or the texts of a list; empty when there are none.</summary>
    public ImmutableArray<string> TextOrTexts(string name) =>
        Find([name]) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list =>
            [
                .. list.EnumerateArray()
                    .Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong([name], item, "a text")),
            ],
            _ => [Text(name)],
        };

    /// <summary>An object within this one, or null.</summary>
    public ModelConfig? Child(string name) =>
        Find([name]) is { ValueKind: JsonValueKind.Object } value ? new ModelConfig(path, value) : null;

    /// <summary>Whether the entry is there and not null.</summary>
    public bool Has(string name) => Find([name]) is not null;

    /// <summary>Whether the entry is there and has something to say: not null, false, 0, and not an empty text, list or object.</summary>
    public bool Asks(string name) =>
        Find([name]) is { } value
        && value.ValueKind switch
        {
            JsonValueKind.False => false,
            JsonValueKind.Number => value.GetDouble() != 0,
            JsonValueKind.String => value.GetString()!.Length > 0,
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().Any(),
            _ => true,
        };

    /// <summary>The names of an object's entries; empty when there is none.</summary>
    public ImmutableArray<string> NamesOf(string name) =>
        Find([name]) is { ValueKind: JsonValueKind.Object } value ? [.. value.EnumerateObject().Select(entry => entry.Name)] : [];

    /// <summary>An entry as it is written, for errors and comparisons; null where it is not there or null.</summary>
    public string? Written(string name) => Find([name])?.GetRawText();

    /// <summary>Refuses every value of the entries but null, false, 0 and what is empty.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public void RefuseAny(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Asks(name))
            {
                throw Unsupported($"'{name}': {Written(name)}");
            }
        }
    }

    /// <summary>Refuses every value of an entry but one; no entry, or null, is that one.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public void Require(string name, params ReadOnlySpan<string> written)
    {
        if (Written(name) is { } value && !written.Contains(value.Trim('"')))
        {
            throw Unsupported($"'{name}': {value} (only {string.Join(" and ", written.ToArray())})");
        }
    }

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

    private IEnumerable<JsonProperty> EntriesOf(string name) =>
        Find([name]) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Object } value => value.EnumerateObject(),
            { } other => throw Wrong([name], other, "an object"),
        };

    // 60.0 is as whole as 60.
    private static int? WholeOf(JsonElement value) =>
        value.ValueKind != JsonValueKind.Number ? null
        : value.TryGetInt32(out var number) ? number
        : value.TryGetDouble(out var real) && real == Math.Floor(real) && Math.Abs(real) <= int.MaxValue ? (int)real
        : null;

    private SimileException Wrong(ReadOnlySpan<string> names, JsonElement value, string kind) =>
        new(
            ErrorCode.UnsupportedModel,
            $"The entry '{string.Join("' or '", names.ToArray())}' of {path} is {Short(value.GetRawText())}, but {kind} is wanted. "
                + "Correct it, or fetch the file again."
        );

    private static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), " …");

    private SimileException Missing(ReadOnlySpan<string> names, string kind) =>
        new(ErrorCode.UnsupportedModel, $"{path} has no entry '{string.Join("' or '", names.ToArray())}' that is {kind}.");
}
