using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using Simile.Documents.Reading;

namespace Simile.Documents.Office;

/// <summary>Packages of Office Open XML. Before the library, which builds trees of what it reads, sees one, all its XML was read through
/// once within limits.</summary>
internal static class OfficePackage
{
    private static ReadOnlySpan<byte> OldOffice => [0xD0, 0xCF, 0x11, 0xE0];

    // The name of the stream that an encrypted package lies in, in UTF-16.
    private static ReadOnlySpan<byte> Encrypted => "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"u8;

    /// <summary>How packages are opened.</summary>
    public static OpenSettings Settings(DocumentScope scope) =>
        new()
        {
            AutoSave = false,
            MaxCharactersInPart = scope.Limits.MaxExpanded,
            MarkupCompatibilityProcessSettings = new MarkupCompatibilityProcessSettings(
                MarkupCompatibilityProcessMode.ProcessLoadedPartsOnly,
                DocumentFormat.OpenXml.FileFormatVersions.Office2019
            ),
        };

    /// <summary>Throws unless a package may be opened.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.EncryptedDocument"/>, <see cref="ErrorCode.UnknownDocumentKind"/>,
    /// <see cref="ErrorCode.DocumentTooLarge"/>.</exception>
    public static void Require(DocumentScope scope)
    {
        if (scope.Bytes.AsSpan().StartsWith(OldOffice))
        {
            throw scope.Bytes.AsSpan().IndexOf(Encrypted) >= 0
                ? new SimileException(
                    ErrorCode.EncryptedDocument,
                    $"{scope.Path} is encrypted with a password. Save it without one, or leave it out."
                )
                : new SimileException(
                    ErrorCode.UnknownDocumentKind,
                    $"{scope.Path} is a document of an old Office (.doc, .xls, .ppt), which is not read. Save it as .docx, .xlsx or .pptx."
                );
        }

        using var zip = new FencedZip(scope);
        foreach (var name in zip.Names.Where(name => name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)))
        {
            using var part = FencedXml.Open(zip.Require(name), scope);
            try
            {
                while (part.Next(scope)) { }
            }
            catch (XmlException error)
            {
                throw new InvalidDataException($"its part {name} is no XML ({error.Message.TrimEnd('.')}).", error);
            }
        }
    }
}
