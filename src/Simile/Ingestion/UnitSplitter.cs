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
                yield return block.EndLine is { } end ? unit with { StartLine = block.StartLine, EndLine = end } : unit;
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
