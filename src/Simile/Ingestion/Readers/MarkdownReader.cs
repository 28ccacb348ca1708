namespace Simile.Ingestion.Readers;

/// <summary>Markdown: headings (# and underlined), paragraphs, fenced code; front matter is passed over.</summary>
public sealed class MarkdownReader : IDocumentReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Split('\n');
        var headings = new Headings();
        var paragraph = new Paragraph();
        var fence = string.Empty;
        for (var i = SkipFrontMatter(lines); i < lines.Length; i++)
        {
            var line = lines[i];
            if (fence.Length > 0 || FenceOf(line).Length > 0)
            {
                var closes = fence.Length > 0 && line.TrimStart().StartsWith(fence, StringComparison.Ordinal);
                var opens = fence.Length == 0;
                if ((opens || closes) && paragraph.Take(headings.Text, isCode: closes) is { } code)
                {
                    yield return code;
                }

                fence = opens ? FenceOf(line) : closes ? string.Empty : fence;
                if (!opens && !closes)
                {
                    paragraph.Add(line, i + 1);
                }

                continue;
            }

            var level = LevelOf(line);
            var underline = level == 0 && i + 1 < lines.Length && !string.IsNullOrWhiteSpace(line) ? UnderlineLevel(lines[i + 1]) : 0;
            if ((level > 0 || underline > 0 || string.IsNullOrWhiteSpace(line)) && paragraph.Take(headings.Text) is { } block)
            {
                yield return block;
            }

            if (level > 0 || underline > 0)
            {
                headings.Enter(level + underline, line.Trim().Trim('#').Trim());
                i += underline > 0 ? 1 : 0;
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                paragraph.Add(line, i + 1);
            }
        }

        if (paragraph.Take(headings.Text, isCode: fence.Length > 0) is { } last)
        {
            yield return last;
        }
    }

    private static int SkipFrontMatter(string[] lines)
    {
        var end = lines.Length > 0 && lines[0].TrimEnd() == "---" ? Array.FindIndex(lines, 1, line => line.TrimEnd() is "---" or "...") : -1;
        return end + 1;
    }

    private static string FenceOf(string line)
    {
        var trimmed = line.TrimStart();
        return trimmed.StartsWith("```", StringComparison.Ordinal) ? "```" : trimmed.StartsWith("~~~", StringComparison.Ordinal) ? "~~~" : string.Empty;
    }

    private static int LevelOf(string line)
    {
        var level = line.AsSpan().IndexOfAnyExcept('#');
        level = level < 0 ? line.Length : level;
        return level is >= 1 and <= 6 && (level == line.Length || line[level] == ' ') ? level : 0;
    }

    private static int UnderlineLevel(string line)
    {
        var trimmed = line.TrimEnd();
        return trimmed.Length < 3 ? 0 : trimmed.All(c => c == '=') ? 1 : trimmed.All(c => c == '-') ? 2 : 0;
    }
}
