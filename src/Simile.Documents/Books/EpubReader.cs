using System.Text;
using System.Xml;
using Simile.Documents.Reading;
using Simile.Ingestion;
using Simile.Ingestion.Readers;

namespace Simile.Documents.Books;

/// <summary>EPUB: the pages of a book in the order of its spine, read as HTML.</summary>
internal sealed class EpubReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".epub"];

    /// <inheritdoc/>
    public override string Version => "epub/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        using var zip = new FencedZip(scope);
        RequireReadable(zip, scope);
        var pages = PagesOf(zip, scope);
        for (var i = 0; i < pages.Count && scope.TakesPage(i + 1, pages.Count, "chapters"); i++)
        {
            scope.Writer.Place = $"chapter {i + 1}";
            if (zip.Read(pages[i]) is { } page)
            {
                var text = DocumentText.Decode(page, pages[i], scope.Notes);
                scope.Writer.Add(new HtmlReader().Read(text, scope.Problems));
            }
            else
            {
                scope.Problem($"The chapter {pages[i]} is missing.");
            }
        }
    }

    // Fonts are often encrypted, and need not be read.
    private static void RequireReadable(FencedZip zip, DocumentScope scope)
    {
        if (
            zip.Read("META-INF/encryption.xml") is { } encryption
            && Encoding.UTF8.GetString(encryption).Contains("html\"", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new SimileException(
                ErrorCode.EncryptedDocument,
                $"{scope.Path} is encrypted by its shop (DRM). Get a copy without, or leave it out."
            );
        }
    }

    private static IReadOnlyList<string> PagesOf(FencedZip zip, DocumentScope scope)
    {
        try
        {
            var package = Values(zip.Require("META-INF/container.xml"), scope, "rootfile", "full-path").FirstOrDefault().Value;
            var contents = package is null ? null : zip.Read(package);
            if (contents is not null)
            {
                var folder = package!.Contains('/', StringComparison.Ordinal) ? package[..(package.LastIndexOf('/') + 1)] : string.Empty;
                var files = Values(contents, scope, "item", "href", "id")
                    .GroupBy(item => item.Id, StringComparer.Ordinal)
                    .ToDictionary(item => item.Key, item => item.First().Value, StringComparer.Ordinal);
                var spine = Values(contents, scope, "itemref", "idref")
                    .Select(item => files.GetValueOrDefault(item.Value))
                    .OfType<string>();
                string[] pages = [.. spine.Select(file => Path(folder + Uri.UnescapeDataString(file)))];
                if (pages.Length > 0)
                {
                    return pages;
                }
            }
        }
        catch (Exception error) when (error is XmlException or InvalidDataException)
        {
            // What a reader of books needs is missing; the pages may be there all the same.
        }

        scope.Notes.Add("It does not say in which order its pages are; they were read by their names.");
        return
        [
            .. zip
                .Names.Where(name => System.IO.Path.GetExtension(name).ToLowerInvariant() is ".xhtml" or ".html" or ".htm")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static List<(string Id, string Value)> Values(
        byte[] part,
        DocumentScope scope,
        string element,
        string attribute,
        string id = "id"
    )
    {
        using var reader = FencedXml.Open(part, scope);
        var values = new List<(string, string)>();
        while (reader.Next(scope))
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == element && reader.Attribute(attribute) is { } value)
            {
                values.Add((reader.Attribute(id) ?? string.Empty, value));
            }
        }

        return values;
    }

    // Paths are relative to the folder of the list that names them.
    private static string Path(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".." or ""))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
