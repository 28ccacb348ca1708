using System.Text.Json;

namespace Simile.Tokenization.Patterns;

/// <summary>Reads a pattern of a tokenizer.json: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(JsonElement element) =>
        element.GetText("Regex") is { } regex ? new RegexPattern(regex) : new LiteralPattern(element.GetProperty("String").Text());
}
