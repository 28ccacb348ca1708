using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Simile.Documents.Reading;

namespace Simile.Documents.Office;

/// <summary>Workbooks: the rows of each sheet as they are shown, dates among them, and remarks at cells.</summary>
internal sealed class WorkbookReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".xlsx", ".xlsm", ".xltx"];

    /// <inheritdoc/>
    public override string Version => "xlsx/1";

    /// <inheritdoc/>
    public override bool IsForeign => true;

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        OfficePackage.Require(scope);
        using var document = SpreadsheetDocument.Open(new MemoryStream(scope.Bytes), isEditable: false, OfficePackage.Settings(scope));
        var main = document.WorkbookPart ?? throw new InvalidDataException("it has no main part.");
        var cells = new CellTexts(main);
        var sheets = main.Workbook?.Sheets?.Elements<Sheet>().ToList() ?? [];
        for (var i = 0; i < sheets.Count && scope.TakesPage(i + 1, sheets.Count, "sheets"); i++)
        {
            var name = sheets[i].Name?.Value ?? $"{i + 1}";
            if (sheets[i].Id?.Value is not { } id || !main.TryGetPartById(id, out var part))
            {
                scope.Problem($"Sheet {name} is missing.");
            }
            else if (part is WorksheetPart sheet)
            {
                Add(sheet, new SheetWriter(scope, name), cells, scope);
            }
        }
    }

    private static void Add(WorksheetPart sheet, SheetWriter writer, CellTexts cells, DocumentScope scope)
    {
        writer.Begin();
        using var reader = OpenXmlReader.Create(sheet);
        var number = 0;
        while (!scope.Writer.IsFull && reader.Read())
        {
            if (reader.ElementType == typeof(Row) && reader.IsStartElement)
            {
                scope.Budget.CheckTime();
                var row = (Row)reader.LoadCurrentElement()!;
                number = row.RowIndex?.Value is { } index and <= int.MaxValue ? (int)index : number + 1;
                writer.Row(cells.RowOf(row), number);
            }
        }

        foreach (var comment in sheet.WorksheetCommentsPart?.Comments?.CommentList?.Elements<Comment>() ?? [])
        {
            writer.Comment(comment.Reference?.Value ?? "?", comment.CommentText?.InnerText ?? string.Empty);
        }
    }
}

/// <summary>What the cells of a workbook show.</summary>
internal sealed class CellTexts
{
    private const int MaxColumns = 16_384;
    private readonly List<string> _shared = [];
    private readonly HashSet<uint> _dates = [];
    private readonly bool _from1904;

    public CellTexts(WorkbookPart main)
    {
        _from1904 = main.Workbook?.WorkbookProperties?.Date1904?.Value == true;
        foreach (var item in main.SharedStringTablePart?.SharedStringTable?.Elements<SharedStringItem>() ?? [])
        {
            _shared.Add(TextOf(item));
        }

        FindDates(main.WorkbookStylesPart?.Stylesheet);
    }

    /// <summary>The cells of a row, each in its column.</summary>
    public string[] RowOf(Row row)
    {
        var cells = new List<string>();
        foreach (var cell in row.Elements<Cell>())
        {
            var column = ColumnOf(cell.CellReference?.Value) ?? cells.Count;
            while (cells.Count < Math.Min(column, MaxColumns))
            {
                cells.Add(string.Empty);
            }

            cells.Add(TextOf(cell).Trim());
        }

        return [.. cells];
    }

    // Phonetic guides repeat what they stand over.
    private static string TextOf(RstType item) =>
        item.Text?.Text ?? string.Concat(item.Elements<Run>().Select(run => run.Text?.Text ?? string.Empty));

    private string TextOf(Cell cell)
    {
        var value = cell.CellValue?.Text ?? string.Empty;
        var kind = cell.DataType?.Value;
        if (kind == CellValues.SharedString)
        {
            return int.TryParse(value, CultureInfo.InvariantCulture, out var at) && at >= 0 && at < _shared.Count
                ? _shared[at]
                : string.Empty;
        }

        if (kind == CellValues.InlineString)
        {
            return cell.InlineString is { } inline ? TextOf(inline) : string.Empty;
        }

        if (kind == CellValues.Boolean)
        {
            return value == "1" ? "true" : "false";
        }

        return (kind is null || kind == CellValues.Number) && cell.StyleIndex?.Value is { } style && _dates.Contains(style)
            ? DateOf(value)
            : value;
    }

    private string DateOf(string value)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var days))
        {
            return value;
        }

        days += _from1904 ? 1462 : 0;
        if (days is < 0 or >= 2_958_466)
        {
            return value;
        }

        var date = DateTime.FromOADate(days);
        return days < 1 ? date.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : date.TimeOfDay == TimeSpan.Zero ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : date.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    // The numbers of built-in formats are those of the standard (ECMA-376, 18.8.30).
    private void FindDates(Stylesheet? styles)
    {
        var own = (styles?.NumberingFormats?.Elements<NumberingFormat>() ?? [])
            .Where(format => format.NumberFormatId is not null && IsDate(format.FormatCode?.Value ?? string.Empty))
            .Select(format => format.NumberFormatId!.Value)
            .ToHashSet();
        var at = 0u;
        foreach (var format in styles?.CellFormats?.Elements<CellFormat>() ?? [])
        {
            if (format.NumberFormatId?.Value is { } id && (id is (>= 14 and <= 22) or (>= 45 and <= 47) || own.Contains(id)))
            {
                _dates.Add(at);
            }

            at++;
        }
    }

    // What stands in quotes or brackets is shown as it is.
    private static bool IsDate(string format)
    {
        var (isShown, found) = (false, false);
        foreach (var letter in format)
        {
            isShown = letter switch
            {
                '"' => !isShown,
                '[' => true,
                ']' => false,
                _ => isShown,
            };
            found |= !isShown && letter is 'y' or 'd' or 'h' or 'Y' or 'D' or 'H';
        }

        return found;
    }

    private static int? ColumnOf(string? reference)
    {
        var column = 0;
        foreach (var letter in reference ?? string.Empty)
        {
            if (letter is < 'A' or > 'Z' || column > MaxColumns)
            {
                break;
            }

            column = (column * 26) + letter - 'A' + 1;
        }

        return column == 0 ? null : column - 1;
    }
}
