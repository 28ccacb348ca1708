using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Simile.Ingestion.Readers.Markup;

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
