using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Simile.Ingestion.Readers.Markup;

namespace Simile.Ingestion.Readers;

/// <summary>Markdown as CommonMark defines it, with tables and front matter: headings, paragraphs, items of lists, rows of tables, code,
/// and the text of HTML in it.</summary>
internal sealed partial class MarkdownReader : ITextReader
{
    private static readonly MarkdownPipeline Rules = new MarkdownPipelineBuilder().UsePreciseSourceLocation().UsePipeTables().Build();

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(problems);
        var lines = text.Split('\n');
        var front = FrontMatter(lines);

        // Empty lines in its place keep the numbers of those behind it.
        var body = front == 0 ? text : new string('\n', front) + string.Join('\n', lines[front..]);
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(body, Rules);
        }
        catch (ArgumentException error)
        {
            problems.Add(
                new SimileException(
                    ErrorCode.UnreadableDocument,
                    "It is nested too deeply for Markdown, and was read as plain text.",
                    error
                )
            );
            return new PlainTextReader().Read(text, problems);
        }

        TextBlock[] head = front == 0 ? [] : [new TextBlock(string.Join('\n', lines[1..(front - 1)]), 2, IsCode: true)];
        return head.Where(block => !string.IsNullOrWhiteSpace(block.Text)).Concat(Blocks(document, body));
    }

    private static IEnumerable<TextBlock> Blocks(MarkdownDocument document, string source)
    {
        var headings = new Headings();
        var pieces = new MarkdownPieces(source);
        pieces.AddAll(document);
        foreach (var (block, level) in pieces.InOrder())
        {
            if (level > 0)
            {
                if (headings.Enter(level, block.Text.ReplaceLineEndings(" "), block.StartLine) is { } bare)
                {
                    yield return bare;
                }
            }
            else
            {
                headings.Fill();
                yield return block with
                {
                    Heading =
                        block.Heading.Length == 0 ? headings.Text
                        : headings.Text.Length == 0 ? block.Heading
                        : $"{headings.Text} > {block.Heading}",
                };
            }
        }

        if (headings.End() is { } last)
        {
            yield return last;
        }
    }

    // Lines of YAML (---) or TOML (+++) at the head; a rule followed by ordinary text is none.
    private static int FrontMatter(string[] lines)
    {
        var mark = lines[0].TrimEnd();
        if (mark is not ("---" or "+++") || lines.Length < 2 || !Field().IsMatch(lines[1]))
        {
            return 0;
        }

        return Array.FindIndex(lines, 1, line => line.TrimEnd() == mark || (mark == "---" && line.TrimEnd() == "...")) + 1;
    }

    [GeneratedRegex("""^\s*(?:\[|[^:=\s][^:=]*[:=])""", RegexOptions.NonBacktracking)]
    private static partial Regex Field();
}
