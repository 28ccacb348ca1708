using System.Globalization;
using System.Text;
using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.OpenDocument;

/// <summary>The text within a paragraph, and what hangs on it.</summary>
internal sealed class OdfInline(XmlReader content, DocumentScope scope)
{
    private const int MaxSpaces = 100;

    /// <summary>Notes and remarks that were met, and are to be told behind the paragraph.</summary>
    public List<(string Kind, string Text)> Aside { get; } = [];

    /// <summary>The text of the element that the reader is at; afterwards it is at its end.</summary>
    public string Read()
    {
        if (content.IsEmptyElement)
        {
            return string.Empty;
        }

        var (text, depth) = (new StringBuilder(), content.Depth);
        while (content.Next(scope) && content.Depth > depth)
        {
            switch (content.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA:
                    text.Append(content.Value);
                    break;
                case XmlNodeType.Element:
                    Element(text);
                    break;
            }
        }

        return text.ToString().Trim();
    }

    /// <summary>All text of an element as one line.</summary>
    public string ReadFlat() => string.Join(' ', Read().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private void Element(StringBuilder text)
    {
        switch (content.LocalName)
        {
            case "s":
                var count = int.TryParse(content.Attribute("c"), CultureInfo.InvariantCulture, out var spaces) ? spaces : 1;
                text.Append(' ', Math.Clamp(count, 1, MaxSpaces));
                break;
            case "tab":
                text.Append(' ');
                break;
            case "line-break":
                text.Append('\n');
                break;
            case "p" or "h" when text.Length > 0:
                text.Append(' ');
                break;
            case "note":
                Aside.Add(("note", Body("note-citation")));
                break;
            case "annotation":
                Aside.Add(("comment", Body("creator", "date")));
                break;
        }
    }

    // A citation's number, an author and a date are no text of a note.
    private string Body(params string[] without)
    {
        var (text, isEmpty, depth) = (new StringBuilder(), content.IsEmptyElement, content.Depth);
        while (!isEmpty && content.Next(scope) && content.Depth > depth)
        {
            if (content.NodeType == XmlNodeType.Element && without.Contains(content.LocalName, StringComparer.Ordinal))
            {
                new OdfInline(content, scope).Read();
            }
            else if (content.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                text.Append(content.Value).Append(' ');
            }
        }

        return text.ToString().Trim();
    }
}
