using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.OpenDocument;

/// <summary>OpenDocument texts, spreadsheets and presentations: what Word documents, workbooks and slides give, out of
/// content.xml.</summary>
internal sealed class OpenDocumentReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".odt", ".ott", ".ods", ".ots", ".odp", ".otp", ".odg"];

    /// <inheritdoc/>
    public override string Version => "odf/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        using var zip = new FencedZip(scope);
        if (zip.Read("META-INF/manifest.xml") is { } manifest && manifest.AsSpan().IndexOf("encryption-data"u8) >= 0)
        {
            throw new SimileException(
                ErrorCode.EncryptedDocument,
                $"{scope.Path} is encrypted with a password. Save it without one, or leave it out."
            );
        }

        using var content = FencedXml.Open(zip.Require("content.xml"), scope);
        try
        {
            while (content.Next(scope))
            {
                if (content.NodeType == XmlNodeType.Element && !content.IsEmptyElement)
                {
                    Enter(content, scope);
                }
            }
        }
        catch (XmlException error)
        {
            scope.Problem(
                $"Its content.xml is no XML from line {error.LineNumber} on; what stands before it was read. Save it again.",
                error
            );
        }
    }

    private static void Enter(XmlReader content, DocumentScope scope)
    {
        switch (content.LocalName)
        {
            case "text" when content.Prefix == "office":
                new OdfText(content, scope).ReadText();
                break;
            case "presentation" or "drawing" when content.Prefix == "office":
                new OdfSlides(content, scope).Read();
                break;
            case "spreadsheet" when content.Prefix == "office":
                new OdfSheets(content, scope).Read();
                break;
        }
    }
}
