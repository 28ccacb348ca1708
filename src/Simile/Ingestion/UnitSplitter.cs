using System.Buffers;
using System.Globalization;

namespace Simile.Ingestion;

/// <summary>Splits blocks into sentences or lines of code; a sentence over the budget is cut between words, a word over it between whole
/// characters.</summary>
internal sealed class UnitSplitter(TokenMeasure measure, ChunkPlan plan)
{
    private const int StretchChars = 1 << 16;

    public IEnumerable<ChunkUnit> Split(TextBlock block)
    {
        var line = block.StartLine;
        var counted = 0;
        var isFirst = true;
        foreach (var range in block.IsCode ? Lines(block.Text) : SentenceSplitter.Split(block.Text))
        {
            var (start, length) = range.GetOffsetAndLength(block.Text.Length);
            line += CountLines(block.Text, counted, start);
            counted = start;
            foreach (var unit in Cut(block.Text.Substring(start, length), line, block.IsCode || isFirst ? "\n" : " "))
            {
                var placed = block.Place.Length == 0 ? unit : unit with { Place = block.Place };
                yield return block.EndLine is { } end ? placed with { StartLine = block.StartLine, EndLine = end } : placed;
            }

            isFirst = false;
        }
    }

    private IEnumerable<ChunkUnit> Cut(string text, int line, string separator)
    {
        // A giant text is looked at in stretches: tokens of all of it would take many times its memory.
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = TextCut.BetweenWords(text, start, start + StretchChars);
            foreach (var unit in CutStretch(text[start..end], line, separator))
            {
                yield return unit;
            }

            line += CountLines(text, start, end);
            separator = SeparatorAt(text, end);
        }
    }

    private List<ChunkUnit> CutStretch(string text, int line, string separator)
    {
        var tokens = measure.Tokens(text);
        if (plan.Fits(text, tokens.Count))
        {
            return string.IsNullOrWhiteSpace(text)
                ? []
                : [new ChunkUnit(text.Trim('\n'), line, line + CountLines(text, 0, text.Length), tokens.Count, separator)];
        }

        var parts = new List<ChunkUnit>();
        int[] starts = [.. tokens.Starts];
        for (int start = 0, token = 0, end; start < text.Length; start = end)
        {
            while (token < starts.Length && starts[token] < start)
            {
                token++;
            }

            (end, var count) = EndOf(
                text,
                start,
                token + plan.Budget < starts.Length ? Math.Max(start + 1, starts[token + plan.Budget]) : text.Length
            );
            var part = text[start..end].Trim();
            if (part.Length > 0)
            {
                var from = line + CountLines(text, 0, start + text.AsSpan(start).IndexOf(part));
                parts.Add(
                    new ChunkUnit(
                        part,
                        from,
                        from + CountLines(part, 0, part.Length),
                        count,
                        parts.Count == 0 ? separator : SeparatorAt(text, start)
                    )
                );
            }
        }

        return parts;
    }

    // Tokens at a cut may be others than in the whole text: what does not fit is made shorter, down to one character.
    private (int End, int Tokens) EndOf(string text, int start, int wanted)
    {
        var end = TextCut.BetweenWords(text, start, wanted);
        while (true)
        {
            var part = text[start..end];
            var count = measure.Tokens(part).Count;
            var shorter = TextCut.BetweenWords(text, start, start + ((end - start) * 3 / 4));
            if (plan.Fits(part, count) || shorter >= end)
            {
                return (end, count);
            }

            end = shorter;
        }
    }

    // Nothing stands between the parts of a word.
    private static string SeparatorAt(string text, int at) =>
        at > 0 && at < text.Length && !char.IsWhiteSpace(text[at]) && !char.IsWhiteSpace(text[at - 1]) ? string.Empty : " ";

    private static IEnumerable<Range> Lines(string text)
    {
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            if (!string.IsNullOrWhiteSpace(text[start..end]))
            {
                yield return start..end;
            }

            start = end + 1;
        }
    }

    private static int CountLines(string text, int start, int end) => text.AsSpan(start, end - start).Count('\n');
}

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
