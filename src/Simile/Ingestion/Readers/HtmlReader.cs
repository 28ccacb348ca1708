using HtmlAgilityPack;

namespace Simile.Ingestion.Readers;

/// <summary>HTML: the text that a reader sees, by paragraphs, under its headings.</summary>
public sealed class HtmlReader : IDocumentReader
{
    private static readonly string[] Unseen = ["script", "style", "noscript", "template", "svg", "nav"];
    private static readonly string[] Inline = ["a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "#text"];

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text)
    {
        var document = new HtmlDocument { OptionMaxNestedChildNodes = 2000 };
        document.LoadHtml(text);
        var headings = new Headings();
        var title = document.DocumentNode.SelectSingleNode("//title");
        if (title is not null)
        {
            headings.Enter(0, Plain(title.InnerText));
        }

        return Walk(document.DocumentNode.SelectSingleNode("//body") ?? document.DocumentNode, headings).ToList();
    }

    private static IEnumerable<TextBlock> Walk(HtmlNode parent, Headings headings)
    {
        var inline = new List<HtmlNode>();
        foreach (var node in parent.ChildNodes)
        {
            if (Inline.Contains(node.Name, StringComparer.Ordinal))
            {
                inline.Add(node);
                continue;
            }

            foreach (var block in Flush(inline, headings).Concat(Enter(node, headings)))
            {
                yield return block;
            }
        }

        foreach (var block in Flush(inline, headings))
        {
            yield return block;
        }
    }

    private static IEnumerable<TextBlock> Enter(HtmlNode node, Headings headings)
    {
        if (node.NodeType == HtmlNodeType.Comment || Unseen.Contains(node.Name, StringComparer.Ordinal) || node.Name is "title" or "head")
        {
            return [];
        }

        if (node.Name is ['h', >= '1' and <= '6'])
        {
            var heading = Plain(node.InnerText);

            // The title of a page often stands again as its first heading: once is enough.
            headings.Enter(node.Name[1] - '0', heading == headings.Text ? string.Empty : heading);
            return [];
        }

        if (node.Name == "pre")
        {
            var code = HtmlEntity.DeEntitize(node.InnerText);
            return string.IsNullOrWhiteSpace(code) ? [] : [new TextBlock(code, node.Line, headings.Text, IsCode: true)];
        }

        return node.Name == "tr" ? Row(node, headings) : Walk(node, headings);
    }

    private static IEnumerable<TextBlock> Row(HtmlNode row, Headings headings)
    {
        var cells = string.Join(" | ", row.ChildNodes.Where(cell => cell.Name is "td" or "th").Select(cell => Plain(cell.InnerText)));
        return string.IsNullOrWhiteSpace(cells) ? [] : [new TextBlock(cells, row.Line, headings.Text)];
    }

    private static List<TextBlock> Flush(List<HtmlNode> inline, Headings headings)
    {
        var text = Plain(string.Concat(inline.Select(node => node.InnerText)));
        var line = inline.Find(node => !string.IsNullOrWhiteSpace(node.InnerText))?.Line ?? 1;
        inline.Clear();
        return text.Length == 0 ? [] : [new TextBlock(text, line, headings.Text)];
    }

    private static string Plain(string html) =>
        string.Join(' ', HtmlEntity.DeEntitize(html).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
