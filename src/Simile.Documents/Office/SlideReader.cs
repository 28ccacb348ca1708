using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;
using Simile.Documents.Reading;
using D = DocumentFormat.OpenXml.Drawing;

namespace Simile.Documents.Office;

/// <summary>Presentations: each slide under its title, with its texts, tables and notes.</summary>
internal sealed class SlideReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".pptx", ".pptm", ".ppsx", ".potx"];

    /// <inheritdoc/>
    public override string Version => "pptx/1";

    /// <inheritdoc/>
    public override bool IsForeign => true;

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        OfficePackage.Require(scope);
        using var document = PresentationDocument.Open(new MemoryStream(scope.Bytes), isEditable: false, OfficePackage.Settings(scope));
        var main = document.PresentationPart ?? throw new InvalidDataException("it has no main part.");
        var slides = main.Presentation?.SlideIdList?.Elements<SlideId>().ToList() ?? [];
        for (var i = 0; i < slides.Count && scope.TakesPage(i + 1, slides.Count, "slides"); i++)
        {
            scope.Writer.Place = $"slide {i + 1}";
            if (slides[i].RelationshipId?.Value is { } id && main.TryGetPartById(id, out var part) && part is SlidePart slide)
            {
                Add(slide, i + 1, scope);
            }
            else
            {
                scope.Problem($"Slide {i + 1} is missing.");
            }
        }
    }

    private static void Add(SlidePart slide, int number, DocumentScope scope)
    {
        var shapes = slide.Slide?.Descendants<Shape>().ToList() ?? [];
        var title = shapes.Find(shape =>
            KindOf(shape) is { } kind && (kind == PlaceholderValues.Title || kind == PlaceholderValues.CenteredTitle)
        );
        var heading = title is null ? string.Empty : string.Join(' ', ParagraphsOf(title));
        scope.Writer.Heading(1, heading.Length > 0 ? heading : $"Slide {number}");
        foreach (var element in slide.Slide?.CommonSlideData?.ShapeTree?.Descendants() ?? [])
        {
            switch (element)
            {
                case Shape shape when shape != title && !IsFurniture(shape):
                    foreach (var paragraph in ParagraphsOf(shape))
                    {
                        scope.Writer.Text(paragraph);
                    }

                    break;
                case D.TableRow row:
                    scope.Writer.Text(string.Join(" | ", row.Elements<D.TableCell>().Select(CellOf).Where(cell => cell.Length > 0)));
                    break;
            }
        }

        var notes = slide.NotesSlidePart?.NotesSlide?.Descendants<Shape>().Where(shape => KindOf(shape) == PlaceholderValues.Body);
        foreach (var paragraph in (notes ?? []).SelectMany(ParagraphsOf))
        {
            scope.Writer.Text($"Notes: {paragraph}");
        }
    }

    // Numbers, dates and feet stand on every slide.
    private static bool IsFurniture(Shape shape) =>
        KindOf(shape) is { } kind
        && (kind == PlaceholderValues.SlideNumber || kind == PlaceholderValues.DateAndTime || kind == PlaceholderValues.Footer);

    private static PlaceholderValues? KindOf(Shape shape) =>
        shape.NonVisualShapeProperties?.ApplicationNonVisualDrawingProperties?.PlaceholderShape is { } place
            ? place.Type?.Value ?? PlaceholderValues.Object
            : null;

    private static string CellOf(D.TableCell cell) =>
        string.Join(' ', cell.Descendants<D.Paragraph>().Select(TextOf).Where(text => text.Length > 0));

    private static IEnumerable<string> ParagraphsOf(Shape shape) =>
        (shape.TextBody?.Elements<D.Paragraph>() ?? []).Select(TextOf).Where(text => text.Length > 0);

    private static string TextOf(D.Paragraph paragraph)
    {
        var text = new StringBuilder();
        foreach (OpenXmlElement element in paragraph.Descendants())
        {
            text.Append(
                element switch
                {
                    D.Text run => run.Text,
                    D.Break => "\n",
                    _ => string.Empty,
                }
            );
        }

        return text.ToString().Trim();
    }
}
