using Simile.Documents.Reading;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Exceptions;

namespace Simile.Documents.Pdf;

/// <summary>PDF: the text of each page in reading order, with headings by the size of their letters; pages are the places.</summary>
internal sealed class PdfReader(DocumentLimits limits) : FormatReader(limits)
{
    private const int MaxHead = 1024;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".pdf"];

    /// <inheritdoc/>
    public override string Version => "pdf/1";

    /// <inheritdoc/>
    public override bool IsForeign => true;

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        if (scope.Bytes.AsSpan(0, Math.Min(MaxHead, scope.Bytes.Length)).IndexOf("%PDF-"u8) < 0)
        {
            throw new InvalidDataException("it does not begin as a PDF does (%PDF-).");
        }

        using var document = Open(scope);
        var (pages, pictures) = (new List<PdfPage>(), 0);
        for (var number = 1; number <= document.NumberOfPages && scope.TakesPage(number, document.NumberOfPages, "pages"); number++)
        {
            try
            {
                var page = document.GetPage(number);
                pages.Add(PdfPage.Of(page, scope));
                pictures += page.Letters.Count == 0 && page.NumberOfImages > 0 ? 1 : 0;
            }
            catch (Exception error) when (error is not SimileException and not OutOfMemoryException)
            {
                scope.Problem($"Page {number} cannot be read: {error.Message.TrimEnd('.')}. The other pages were.", error);
            }
        }

        Write(pages, pictures, document.Information.Title, scope);
    }

    private static PdfDocument Open(DocumentScope scope)
    {
        try
        {
            return PdfDocument.Open(
                scope.Bytes,
                new ParsingOptions
                {
                    UseLenientParsing = true,
                    SkipMissingFonts = true,
                    MaxStackDepth = scope.Limits.MaxDepth,
                }
            );
        }
        catch (PdfDocumentEncryptedException error)
        {
            throw new SimileException(
                ErrorCode.EncryptedDocument,
                $"{scope.Path} is encrypted with a password. Save it without one, or leave it out.",
                error
            );
        }
        catch (PdfDocumentStackDepthException error)
        {
            throw DocumentBudget.TooLarge($"{scope.Path} is nested too deeply. Save it again, or leave it out.", error);
        }
    }

    private static void Write(List<PdfPage> pages, int pictures, string? title, DocumentScope scope)
    {
        var hasText = pages.Exists(page => page.Lines.Count > 0);
        if (!hasText && pictures > 0)
        {
            throw new SimileException(
                ErrorCode.ScannedDocument,
                $"{scope.Path} holds pictures of its pages and no text ({pictures} of {pages.Count} pages). Run it through OCR (such as "
                    + "'ocrmypdf'), or leave it out."
            );
        }

        if (pictures > 0)
        {
            scope.Notes.Add($"{pictures} of its {pages.Count} pages are pictures without text, and were left out.");
        }

        PdfFurniture.RemoveFrom(pages);
        var sizes = PdfSizes.Of(pages);
        if (hasText && !string.IsNullOrWhiteSpace(title) && !pages[0].Lines.Exists(line => sizes.LevelOf(line) > 0))
        {
            scope.Writer.Place = "page 1";
            scope.Writer.Heading(1, title);
        }

        foreach (var page in pages)
        {
            scope.Writer.Place = $"page {page.Number}";
            foreach (var paragraph in page.Paragraphs(sizes))
            {
                if (paragraph.Level > 0)
                {
                    scope.Writer.Heading(paragraph.Level, paragraph.Text);
                }
                else
                {
                    scope.Writer.Text(paragraph.Text);
                }
            }
        }
    }
}
