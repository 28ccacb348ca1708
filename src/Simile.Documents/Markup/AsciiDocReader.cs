using System.Text.RegularExpressions;
using Simile.Documents.Reading;

namespace Simile.Documents.Markup;

/// <summary>AsciiDoc: headings, lists, tables, listings; comments, attributes and settings of blocks are passed over.</summary>
internal sealed partial class AsciiDocReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".adoc", ".asciidoc", ".asc"];

    /// <inheritdoc/>
    public override string Version => "adoc/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        for (var lines = new LineMarkup(scope); ; lines.At++)
        {
            if (!lines.HasMore)
            {
                lines.Flush();
                return;
            }

            Take(lines);
        }
    }

    private static void Take(LineMarkup lines)
    {
        var line = lines.Line.TrimEnd();
        if (HeadingLine().Match(line) is { Success: true } heading)
        {
            lines.Heading(heading.Groups["marks"].Length, Plain(heading.Groups["text"].Value));
        }
        else if (Fence().IsMatch(line))
        {
            lines.CodeUntil(end => end.TrimEnd() == line);
        }
        else if (line.Length >= 4 && line.AsSpan().IndexOfAnyExcept('/') < 0)
        {
            lines.SkipUntil(end => end.TrimEnd() == line);
        }
        else if (line.StartsWith("|===", StringComparison.Ordinal))
        {
            Table(lines);
        }
        else if (line.Length == 0 || Passed().IsMatch(line))
        {
            lines.Flush();
        }
        else
        {
            TakeText(lines, line);
        }
    }

    private static void TakeText(LineMarkup lines, string line)
    {
        if (Title().Match(line) is { Success: true } title)
        {
            lines.One(Plain(title.Groups["text"].Value));
            return;
        }

        if (Item().Match(line) is { Success: true } item)
        {
            lines.Flush();
            lines.Gather("- " + Plain(item.Groups["text"].Value));
            return;
        }

        lines.Gather(Plain(line.Trim()));
    }

    // A row ends with its line, or with an empty one.
    private static void Table(LineMarkup lines)
    {
        lines.Flush();
        for (lines.At++; lines.At < lines.Source.Length && !lines.Line.StartsWith("|===", StringComparison.Ordinal); lines.At++)
        {
            var cells = lines.Line.Split('|').Select(cell => Plain(cell.Trim())).Where(cell => cell.Length > 0).ToList();
            if (cells.Count > 0)
            {
                lines.One(string.Join(" | ", cells));
            }
        }
    }

    private static string Plain(string text) => Marks().Replace(Link().Replace(text, match => match.Groups["text"].Value), "${text}");

    [GeneratedRegex("""^(?<marks>={1,6})\s+(?<text>\S.*?)(?:\s+=+)?$""", RegexOptions.NonBacktracking)]
    private static partial Regex HeadingLine();

    [GeneratedRegex("""^(?:-{4,}|\.{4,}|\+{4,}|```\w*)$""", RegexOptions.NonBacktracking)]
    private static partial Regex Fence();

    // Attributes, settings, anchors, comments, includes, the edges of examples and quotes, rules and page breaks.
    [GeneratedRegex(
        """^(?::!?[\w-]+!?:.*|\[.*\]|//(?:[^/].*)?|include::.*|image::.*|={4,}|\*{4,}|_{4,}|'{3,}|<<<|\+|--|toc::.*)$""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Passed();

    [GeneratedRegex("""^\.(?<text>[^\s.].*)$""", RegexOptions.NonBacktracking)]
    private static partial Regex Title();

    [GeneratedRegex("""^\s*(?:\*{1,5}|-|\.{1,5}|\d+\.)\s+(?<text>\S.*)$""", RegexOptions.NonBacktracking)]
    private static partial Regex Item();

    [GeneratedRegex("""(?:link:|xref:|mailto:)?\S*?(?:://|:)\S*?\[(?<text>[^\]]+)\]""", RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex("""(?<=^|[\s('"])(?<mark>[*_`#]{1,2})(?<text>\S(?:[^\n]{0,500}?\S)?)\k<mark>(?=$|[\s.,;:!?)'"])""")]
    private static partial Regex Marks();
}
