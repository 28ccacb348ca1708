using System.Globalization;
using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.OpenDocument;

/// <summary>The paragraphs of a text, or of a part of a slide.</summary>
internal sealed class OdfText(XmlReader content, DocumentScope scope)
{
    private readonly OdfInline _inline = new(content, scope);
    private int _paragraphs;
    private int _lists;
    private bool _isFirstOfItem;

    /// <summary>Reads a whole text, whose paragraphs are its places.</summary>
    public void ReadText()
    {
        Read(isNumbered: true, string.Empty);
        var number = 0;
        foreach (var (kind, text) in _inline.Aside)
        {
            if (++number == 1)
            {
                scope.Writer.Heading(1, "Notes");
            }

            scope.Writer.Place = $"{kind} {number}";
            scope.Writer.Text(text);
        }
    }

    /// <summary>Reads what stands in the element that the reader is at.</summary>
    /// <param name="isNumbered">Whether each paragraph is a place.</param>
    /// <param name="prefix">What stands before each paragraph.</param>
    public void Read(bool isNumbered, string prefix)
    {
        var (isEmpty, depth) = (content.IsEmptyElement, content.Depth);
        while (!isEmpty && content.Next(scope) && content.Depth > depth)
        {
            if (content.NodeType == XmlNodeType.EndElement)
            {
                _lists -= content.LocalName == "list" ? 1 : 0;
            }
            else if (content.NodeType == XmlNodeType.Element && !scope.Writer.IsFull)
            {
                Element(isNumbered, prefix);
            }
        }
    }

    private void Element(bool isNumbered, string prefix)
    {
        switch (content.LocalName)
        {
            case "h" or "p":
                Paragraph(isNumbered, prefix);
                break;
            case "table-row" when !content.IsEmptyElement:
                Row(isNumbered);
                break;
            case "list" when !content.IsEmptyElement:
                _lists++;
                break;
            case "list-item":
                _isFirstOfItem = true;
                break;
            case "tracked-changes" or "forms" or "sequence-decls":
                _inline.Read();
                break;
        }
    }

    private void Paragraph(bool isNumbered, string prefix)
    {
        var (name, style, outline) = (content.LocalName, content.Attribute("style-name"), content.Attribute("outline-level"));
        Number(isNumbered);
        var text = _inline.Read();
        if (text.Length == 0)
        {
            return;
        }

        if (name == "h")
        {
            scope.Writer.Heading(
                (int.TryParse(outline, CultureInfo.InvariantCulture, out var level) ? Math.Clamp(level, 1, 20) : 1) + 1,
                text
            );
        }
        else if (isNumbered && style == "Title")
        {
            scope.Writer.Heading(1, text);
        }
        else
        {
            scope.Writer.Text(prefix + (_lists > 0 && _isFirstOfItem ? "- " : string.Empty) + text);
            _isFirstOfItem = false;
        }
    }

    private void Row(bool isNumbered)
    {
        var (cells, depth) = (new List<string>(), content.Depth);
        Number(isNumbered);
        while (content.Next(scope) && content.Depth > depth)
        {
            if (content is { NodeType: XmlNodeType.Element, LocalName: "table-cell" } && _inline.ReadFlat() is { Length: > 0 } cell)
            {
                cells.Add(cell);
            }
        }

        scope.Writer.Text(string.Join(" | ", cells));
    }

    private void Number(bool isNumbered)
    {
        if (isNumbered)
        {
            scope.Writer.Place = string.Create(CultureInfo.InvariantCulture, $"paragraph {++_paragraphs}");
        }
    }
}
