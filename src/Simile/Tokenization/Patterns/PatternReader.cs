using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Patterns;

/// <summary>Reads a pattern of a tokenizer.json: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(JsonElement element) =>
        element.GetText("Regex") is { } regex ? new RegexPattern(regex) : new LiteralPattern(element.GetProperty("String").Text());
}

/// <summary>A stretch of text that matches a pattern, or the stretch between two that do.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PatternMatch(int From, int To, bool IsMatch);

/// <summary>Something that can be found in text.</summary>
internal interface ITextPattern
{
    /// <summary>Cuts the whole text into stretches that match and stretches that do not, in order.</summary>
    void Find(ReadOnlySpan<char> text, List<PatternMatch> matches);
}

/// <summary>The part that all patterns share: what lies between two matches is a stretch of its own.</summary>
internal static class PatternMatches
{
    /// <summary>Adds a match and, before it, what lies between the last match and this one.</summary>
    public static void AddMatch(this List<PatternMatch> matches, int from, int to)
    {
        matches.AddRest(from);
        matches.Add(new PatternMatch(from, to, IsMatch: true));
    }

    /// <summary>Adds what lies between the last match and <paramref name="end"/>.</summary>
    public static void AddRest(this List<PatternMatch> matches, int end)
    {
        var last = matches.Count == 0 ? 0 : matches[^1].To;
        if (last < end)
        {
            matches.Add(new PatternMatch(last, end, IsMatch: false));
        }
    }
}

/// <summary>Runs of word characters, and runs of what is neither a word character nor white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : ITextPattern
{
    private const int Space = 0;

    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var (start, position, last) = (0, 0, Space);
        foreach (var rune in text.EnumerateRunes())
        {
            var kind =
                Rune.IsWhiteSpace(rune) ? Space
                : WordCharacters.Contains(rune) ? 1
                : 2;
            if (kind != last)
            {
                AddRun(matches, start, position, last);
                (start, last) = (position, kind);
            }

            position += rune.Utf16SequenceLength;
        }

        AddRun(matches, start, position, last);
        matches.AddRest(text.Length);
    }

    private static void AddRun(List<PatternMatch> matches, int from, int to, int kind)
    {
        if (kind != Space)
        {
            matches.AddMatch(from, to);
        }
    }
}

/// <summary>A string, found letter for letter.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var position = 0;
        while (literal.Length > 0)
        {
            var index = text[position..].IndexOf(literal, StringComparison.Ordinal);
            if (index < 0)
            {
                break;
            }

            matches.AddMatch(position + index, position + index + literal.Length);
            position += index + literal.Length;
        }

        matches.AddRest(text.Length);
    }
}

/// <summary>Single characters of a class; each is a match of its own.</summary>
internal sealed class CharacterPattern(Func<Rune, bool> contains) : ITextPattern
{
    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (contains(rune))
            {
                matches.AddMatch(position, position + rune.Utf16SequenceLength);
            }

            position += rune.Utf16SequenceLength;
        }

        matches.AddRest(text.Length);
    }
}
