using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Simile.Ingestion.Readers.Markup;

/// <summary>The leaves of a Markdown document as blocks, headings among them.</summary>
/// <param name="source">The text that was parsed.</param>
internal sealed class MarkdownPieces(string source)
{
    private readonly List<(TextBlock Block, int Level)> _pieces = [];

    /// <summary>The blocks by their lines, a heading with its level, others with 0. Markdig puts some away from their place.</summary>
    public IEnumerable<(TextBlock Block, int Level)> InOrder() => _pieces.OrderBy(piece => piece.Block.StartLine);

    /// <summary>Adds what stands in a container.</summary>
    public void AddAll(ContainerBlock parent)
    {
        foreach (var block in parent)
        {
            Add(block, string.Empty);
        }
    }

    private void Add(Block block, string marker)
    {
        switch (block)
        {
            case HeadingBlock heading:
                Keep(MarkdownText.Of(heading), heading.Line, heading.Level);
                break;
            case FencedCodeBlock fenced:
                Keep(fenced.Lines.ToString(), fenced.Line + 1, isCode: true);
                break;
            case HtmlBlock html:
                AddHtml(html);
                break;
            case CodeBlock code:
                Keep(code.Lines.ToString(), code.Line, isCode: true);
                break;
            case Table table:
                AddRows(table);
                break;
            case LinkReferenceDefinitionGroup group:
                AddNotes(group);
                break;
            case LeafBlock leaf:
                Keep(marker + MarkdownText.Of(leaf), leaf.Line);
                break;
            case ListBlock list:
                AddItems(list);
                break;
            case ContainerBlock container:
                AddAll(container);
                break;
        }
    }

    private void AddItems(ListBlock list)
    {
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var marker = list.IsOrdered ? $"{item.Order}{list.OrderedDelimiter} " : $"{list.BulletType} ";
            for (var i = 0; i < item.Count; i++)
            {
                Add(item[i], i == 0 ? marker : string.Empty);
            }
        }
    }

    private void AddRows(Table table)
    {
        foreach (var row in table.OfType<TableRow>())
        {
            var cells = row.OfType<TableCell>().Select(cell => string.Join(' ', cell.OfType<LeafBlock>().Select(MarkdownText.Of)).Trim());
            Keep(string.Join(" | ", cells.Where(cell => cell.Length > 0)), row.Line);
        }
    }

    // A footnote of one word has the form of a link's address.
    private void AddNotes(LinkReferenceDefinitionGroup group)
    {
        foreach (var note in group.OfType<LinkReferenceDefinition>().Where(link => link.Label is ['^', ..]))
        {
            Keep(source[note.Span.Start..(note.Span.End + 1)], note.Line);
        }
    }

    private void AddHtml(HtmlBlock html)
    {
        foreach (var block in new HtmlReader().Read(html.Lines.ToString(), []))
        {
            _pieces.Add((block with { StartLine = block.StartLine + html.Line, EndLine = block.EndLine + html.Line }, 0));
        }
    }

    private void Keep(string text, int line, int level = 0, bool isCode = false)
    {
        if (level > 0 || !string.IsNullOrWhiteSpace(text))
        {
            _pieces.Add((new TextBlock(text.TrimEnd(), line + 1, IsCode: isCode), level));
        }
    }
}

/// <summary>The text of a paragraph or heading without its marks, on the lines of the file.</summary>
internal static class MarkdownText
{
    /// <summary>The text.</summary>
    public static string Of(LeafBlock block)
    {
        var (text, line) = (new StringBuilder(), block.Line);
        foreach (var inline in block.Inline?.Descendants<Inline>() ?? [])
        {
            if (TextOf(inline) is not { } own)
            {
                continue;
            }

            // What Markdown takes for a space may be a line's end in the file.
            text.Append('\n', Math.Max(0, inline.Line - line)).Append(own);
            line = Math.Max(line, inline.Line);
        }

        return text.ToString().Trim();
    }

    private static string? TextOf(Inline inline) =>
        inline switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            HtmlEntityInline entity => entity.Transcoded.ToString(),
            AutolinkInline link => link.Url,
            HtmlInline { Tag: var tag } => TextOfTag(tag),
            _ => null,
        };

    private static string? TextOfTag(string tag) =>
        tag.StartsWith("<br", StringComparison.OrdinalIgnoreCase) ? " "
        : tag.StartsWith("<img", StringComparison.OrdinalIgnoreCase)
            ? string.Concat(new HtmlReader().Read(tag, []).Select(block => $" {block.Text} "))
        : null;
}
