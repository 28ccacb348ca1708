using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Simile.Documents.Reading;
using W = DocumentFormat.OpenXml.Wordprocessing;

namespace Simile.Documents.Office;

/// <summary>Word documents: headings by their styles, paragraphs, lists, rows of tables, notes and remarks.</summary>
internal sealed class WordReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".docx", ".docm", ".dotx", ".dotm"];

    /// <inheritdoc/>
    public override string Version => "docx/1";

    /// <inheritdoc/>
    public override bool IsForeign => true;

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        OfficePackage.Require(scope);
        using var document = WordprocessingDocument.Open(new MemoryStream(scope.Bytes), isEditable: false, OfficePackage.Settings(scope));
        var main = document.MainDocumentPart ?? throw new InvalidDataException("it has no main part.");
        var body = main.Document?.Body ?? throw new InvalidDataException("its main part has no body.");
        var text = new WordText(scope, WordStyles.LevelsOf(main));
        text.AddAll(body);
        text.AddNotes("Footnotes", main.FootnotesPart?.Footnotes?.Elements<Footnote>().Where(note => note.Type is null));
        text.AddNotes("Endnotes", main.EndnotesPart?.Endnotes?.Elements<Endnote>().Where(note => note.Type is null));
        text.AddNotes("Comments", main.WordprocessingCommentsPart?.Comments?.Elements<Comment>());
    }
}

/// <summary>Which styles of a document are headings.</summary>
internal static class WordStyles
{
    /// <summary>The level of a title, above all headings.</summary>
    public const int Title = 1;

    /// <summary>The levels of headings by the styles' ids; those of a style that is based on a heading are its.</summary>
    public static IReadOnlyDictionary<string, int> LevelsOf(MainDocumentPart main)
    {
        var levels = new Dictionary<string, int>(StringComparer.Ordinal);
        var styles = (main.StyleDefinitionsPart?.Styles?.Elements<Style>() ?? [])
            .Where(style => style.StyleId?.Value is not null)
            .DistinctBy(style => style.StyleId!.Value)
            .ToDictionary(style => style.StyleId!.Value!, StringComparer.Ordinal);
        foreach (var (id, style) in styles)
        {
            var ancestor = style;
            for (var steps = 0; ancestor is not null && steps < styles.Count; steps++)
            {
                if (LevelOf(ancestor) is { } level)
                {
                    levels[id] = level;
                    break;
                }

                ancestor = ancestor.BasedOn?.Val?.Value is { } basis ? styles.GetValueOrDefault(basis) : null;
            }
        }

        return levels;
    }

    // The names of built-in styles are English in every language of Word.
    private static int? LevelOf(Style style) =>
        style.StyleParagraphProperties?.OutlineLevel?.Val?.Value is { } outline and >= 0 and < 9 ? outline + 2
        : style.StyleName?.Val?.Value?.ToLowerInvariant() is not { } name ? null
        : name == "title" ? Title
        : name.StartsWith("heading ", StringComparison.Ordinal) && int.TryParse(name.AsSpan(8), CultureInfo.InvariantCulture, out var level)
            ? level + 1
        : null;
}

/// <summary>The text of a Word document as blocks.</summary>
internal sealed class WordText(DocumentScope scope, IReadOnlyDictionary<string, int> levels)
{
    private int _paragraphs;

    public void AddAll(OpenXmlElement parent)
    {
        foreach (var element in parent.ChildElements)
        {
            if (scope.Writer.IsFull)
            {
                return;
            }

            scope.Budget.CheckTime();
            Add(element);
        }
    }

    /// <summary>Adds what stands at the foot, at the end or in the margin.</summary>
    public void AddNotes(string heading, IEnumerable<OpenXmlCompositeElement>? notes)
    {
        var isFirst = true;
        foreach (var note in notes ?? [])
        {
            if (isFirst)
            {
                scope.Writer.Heading(1, heading);
                isFirst = false;
            }

            var number = (note as FootnoteEndnoteType)?.Id?.Value.ToString(CultureInfo.InvariantCulture) ?? (note as Comment)?.Id?.Value;
            scope.Writer.Place = $"{heading.ToLowerInvariant().TrimEnd('s')} {number ?? "1"}";
            scope.Writer.Text(string.Join('\n', note.Descendants<Paragraph>().Select(TextOf)));
        }
    }

    private void Add(OpenXmlElement element)
    {
        switch (element)
        {
            case Paragraph paragraph:
                AddParagraph(paragraph);
                break;
            case Table table:
                AddRows(table);
                break;
            case SdtBlock { SdtContentBlock: { } content }:
                AddAll(content);
                break;
            case CustomXmlBlock or InsertedRun:
                AddAll(element);
                break;
        }
    }

    private void AddParagraph(Paragraph paragraph)
    {
        scope.Writer.Place = string.Create(CultureInfo.InvariantCulture, $"paragraph {++_paragraphs}");
        var text = TextOf(paragraph);
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        var properties = paragraph.ParagraphProperties;
        var own = properties?.OutlineLevel?.Val?.Value is { } outline and >= 0 and < 9 ? outline + 2 : 0;
        if (own > 0 || (properties?.ParagraphStyleId?.Val?.Value is { } style && levels.TryGetValue(style, out own)))
        {
            scope.Writer.Heading(own, text);
        }
        else
        {
            scope.Writer.Text(properties?.NumberingProperties is null ? text : "- " + text);
        }
    }

    private void AddRows(Table table)
    {
        foreach (var row in table.Descendants<TableRow>().Where(row => row.Ancestors<Table>().First() == table))
        {
            scope.Writer.Place = string.Create(CultureInfo.InvariantCulture, $"paragraph {++_paragraphs}");
            var cells = row.Descendants<TableCell>()
                .Where(cell => cell.Ancestors<Table>().First() == table)
                .Select(cell => string.Join(' ', cell.Descendants<Paragraph>().Select(TextOf)).Trim());
            scope.Writer.Text(string.Join(" | ", cells.Where(cell => cell.Length > 0)));
        }
    }

    // What was deleted, or tells a field what to show, is no text of a run.
    private static string TextOf(Paragraph paragraph)
    {
        var text = new StringBuilder();
        foreach (var element in paragraph.Descendants())
        {
            text.Append(
                element switch
                {
                    W.Text { Parent: not DeletedRun } run => run.Text,
                    TabChar => " ",
                    Break or CarriageReturn => "\n",
                    NoBreakHyphen => "-",
                    _ => string.Empty,
                }
            );
        }

        return text.ToString();
    }
}
