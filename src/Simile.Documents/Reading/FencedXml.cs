using System.Xml;

namespace Simile.Documents.Reading;

/// <summary>XML within limits: no document type is processed and nothing is fetched, so that no entity expands.</summary>
internal static class FencedXml
{
    /// <summary>A reader of a part's bytes.</summary>
    public static XmlReader Open(byte[] bytes, DocumentScope scope) =>
        XmlReader.Create(new MemoryStream(bytes, writable: false), Settings(scope));

    /// <summary>A reader of text.</summary>
    public static XmlReader Open(string text, DocumentScope scope) => XmlReader.Create(new StringReader(text), Settings(scope));

    /// <summary>The next node, whose depth is checked; false at the end.</summary>
    /// <exception cref="XmlException">It is malformed.</exception>
    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooLarge"/>, <see cref="ErrorCode.DocumentTooSlow"/>.</exception>
    public static bool Next(this XmlReader reader, DocumentScope scope)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.NodeType == XmlNodeType.Element)
        {
            scope.Budget.CheckDepth(reader.Depth);
            scope.Budget.CheckTime();
        }

        return true;
    }

    /// <summary>The line that is read.</summary>
    public static int LineOf(this XmlReader reader) => reader is IXmlLineInfo info ? info.LineNumber : 0;

    /// <summary>An attribute by its name without a prefix; null where there is none.</summary>
    public static string? Attribute(this XmlReader reader, string name)
    {
        var value = (string?)null;
        for (var found = reader.MoveToFirstAttribute(); found; found = reader.MoveToNextAttribute())
        {
            value = reader.LocalName == name && reader.Prefix != "xmlns" ? reader.Value : value;
        }

        reader.MoveToElement();
        return value;
    }

    private static XmlReaderSettings Settings(DocumentScope scope) =>
        new()
        {
            DtdProcessing = DtdProcessing.Ignore,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false,
            MaxCharactersInDocument = scope.Limits.MaxExpanded,
        };
}
