using System.Buffers;
using System.Globalization;

namespace Simile.Ingestion;

/// <summary>Finds where sentences end: behind . ! or ? (with closing quotes and brackets) before white space, and at empty lines.</summary>
/// <remarks>A full stop ends nothing behind a common abbreviation, a single letter, or before a small letter.</remarks>
internal static class SentenceSplitter
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?。！？");
    private static readonly string[] Abbreviations =
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "vs",
        "etc",
        "e.g",
        "i.e",
        "cf",
        "fig",
        "no",
        "vol",
        "approx",
        "inc",
        "ltd",
        "jr",
        "sr",
        "al",
        "ca",
    ];

    /// <summary>The sentences of a text, without the white space between them.</summary>
    public static IEnumerable<Range> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = SkipSpace(text, 0);
        for (var at = start; at < text.Length; at++)
        {
            if (!Ends.Contains(text[at]) || !EndsSentence(text, start, ref at))
            {
                continue;
            }

            yield return start..(at + 1);
            start = SkipSpace(text, at + 1);
            at = start - 1;
        }

        var end = text.AsSpan().TrimEnd().Length;
        if (start < end)
        {
            yield return start..end;
        }
    }

    private static bool EndsSentence(string text, int start, ref int at)
    {
        if (text[at] > 127)
        {
            // A mark that belongs to the stop stays with it.
            return at + 1 >= text.Length
                || CharUnicodeInfo.GetUnicodeCategory(text, at + 1)
                    is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format);
        }

        var last = at;
        while (last + 1 < text.Length && (Ends.Contains(text[last + 1]) || text[last + 1] is '"' or '\'' or ')' or ']' or '”' or '’'))
        {
            last++;
        }

        if (last + 1 < text.Length && !char.IsWhiteSpace(text[last + 1]))
        {
            return false;
        }

        if (text[at] == '.' && (IsAbbreviation(text.AsSpan(start, at - start)) || ContinuesSmall(text, last + 1)))
        {
            return false;
        }

        at = last;
        return true;
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        var word = before[(before.LastIndexOfAny(' ', '\n', '(') + 1)..];
        if (word.Length == 1 && char.IsUpper(word[0]))
        {
            return true;
        }

        foreach (var abbreviation in Abbreviations)
        {
            if (word.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ContinuesSmall(string text, int position)
    {
        var next = SkipSpace(text, position);
        return next < text.Length && char.IsLower(text[next]);
    }

    private static int SkipSpace(string text, int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position;
    }
}
