using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Simile.Engine.Files;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Splitting;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization;

/// <summary>Reads values of a tokenizer.json that may be left out.</summary>
internal static class TokenizerJson
{
    /// <summary>A member that is there and is not null.</summary>
    public static bool Has(this JsonElement element, string name, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public static bool GetFlag(this JsonElement element, string name, bool otherwise = false) =>
        element.Has(name, out var value) ? value.GetBoolean() : otherwise;

    public static string? GetText(this JsonElement element, string name) => element.Has(name, out var value) ? value.GetString() : null;

    /// <summary>The text of a value that must be one.</summary>
    public static string Text(this JsonElement value) => value.GetString() ?? throw new FormatException("a text is null");

    /// <summary>The type of a part; an empty string when it has none.</summary>
    public static string TypeOf(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.GetText("type") ?? string.Empty : string.Empty;

    /// <summary>A vocabulary of entries and ids; of an entry that is there twice the last counts.</summary>
    public static Dictionary<string, int> ReadVocabulary(JsonElement element)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in element.EnumerateObject())
        {
            vocabulary[entry.Name] = TokenList.CheckId(entry.Name, entry.Value.GetInt64());
        }

        return vocabulary;
    }

    public static SimileException Refusal(string part, string type, string expected) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer's {part} is of type {(type.Length == 0 ? "none" : type)}; expected {expected}."
        );
}
