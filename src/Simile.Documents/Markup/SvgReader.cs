using System.Text;
using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.Markup;

/// <summary>SVG: titles, descriptions and the text in a drawing.</summary>
internal sealed class SvgReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".svg"];

    /// <inheritdoc/>
    public override string Version => "svg/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        using var reader = FencedXml.Open(scope.Text(), scope);
        try
        {
            while (!scope.Writer.IsFull && reader.Next(scope))
            {
                if (reader is { NodeType: XmlNodeType.Element, IsEmptyElement: false, LocalName: "title" or "desc" or "text" })
                {
                    Take(reader, scope);
                }
            }
        }
        catch (XmlException error)
        {
            scope.Problem($"Line {error.LineNumber}: it is no SVG from there on; what stands before it was read. Save it again.", error);
        }
    }

    private static void Take(XmlReader reader, DocumentScope scope)
    {
        var (text, line, depth) = (new StringBuilder(), reader.LineOf(), reader.Depth);
        while (reader.Next(scope) && reader.Depth > depth)
        {
            text.Append(reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA ? reader.Value : " ");
        }

        var words = string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        scope.Writer.Lines(words, line, Math.Max(line, reader.LineOf()));
    }
}
