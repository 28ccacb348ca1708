using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.OpenDocument;

/// <summary>The slides of a presentation, or the pages of a drawing.</summary>
internal sealed class OdfSlides(XmlReader content, DocumentScope scope)
{
    public void Read()
    {
        var (number, depth) = (0, content.Depth);
        while (content.Next(scope) && content.Depth > depth)
        {
            if (content is not { NodeType: XmlNodeType.Element, LocalName: "page", IsEmptyElement: false })
            {
                continue;
            }

            if (!scope.TakesPage(++number, total: null, "slides"))
            {
                return;
            }

            scope.Writer.Place = $"slide {number}";
            scope.Writer.Heading(1, $"Slide {number}");
            Page();
        }
    }

    private void Page()
    {
        var depth = content.Depth;
        while (content.Next(scope) && content.Depth > depth)
        {
            if (content.NodeType != XmlNodeType.Element || content.IsEmptyElement)
            {
                continue;
            }

            if (content.LocalName == "notes")
            {
                new OdfText(content, scope).Read(isNumbered: false, "Notes: ");
            }
            else if (content.LocalName == "frame" && content.Attribute("class") == "title")
            {
                scope.Writer.Heading(1, new OdfInline(content, scope).ReadFlat());
            }
            else if (content.LocalName is "frame" or "custom-shape" or "rect" or "ellipse" or "line" or "g")
            {
                new OdfText(content, scope).Read(isNumbered: false, string.Empty);
            }
        }
    }
}
