using System.Runtime.InteropServices;

namespace Simile.Tokenization.Patterns;

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
