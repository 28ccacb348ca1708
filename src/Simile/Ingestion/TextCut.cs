using System.Globalization;

namespace Simile.Ingestion;

/// <summary>Where a text may be cut: between whole characters as a reader sees them, never within a surrogate pair, before a mark that
/// combines, or within an emoji that is joined of several.</summary>
internal static class TextCut
{
    /// <summary>The last place up to <paramref name="end"/> where a character ends; <paramref name="start"/> when the first is
    /// longer.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">A place where a character begins.</param>
    /// <param name="end">The most that is wanted.</param>
    public static int Before(ReadOnlySpan<char> text, int start, int end)
    {
        if (end >= text.Length)
        {
            return text.Length;
        }

        var at = start;
        while (at < end)
        {
            var length = StringInfo.GetNextTextElementLength(text[at..]);
            if (at + length > end)
            {
                break;
            }

            at += length;
        }

        return at;
    }

    /// <summary>The head of a text that has at most so many UTF-16 units, whole characters only.</summary>
    public static string Head(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= length ? text : text[..Before(text, 0, length)];
    }

    /// <summary>A place to cut before <paramref name="end"/>: between words where there are any in the second half, else between
    /// characters; one character at least is kept.</summary>
    internal static int BetweenWords(string text, int start, int end)
    {
        if (end >= text.Length)
        {
            return text.Length;
        }

        for (var at = end; at > start + ((end - start) / 2); at--)
        {
            if (char.IsWhiteSpace(text[at]) || char.IsWhiteSpace(text[at - 1]))
            {
                return at;
            }
        }

        var whole = Before(text, start, end);
        return whole > start ? whole : start + StringInfo.GetNextTextElementLength(text.AsSpan(start));
    }
}
