using System.Globalization;
using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.OpenDocument;

/// <summary>The sheets of a spreadsheet.</summary>
internal sealed class OdfSheets(XmlReader content, DocumentScope scope)
{
    private const int MaxColumns = 16_384;

    public void Read()
    {
        var (number, depth) = (0, content.Depth);
        while (content.Next(scope) && content.Depth > depth)
        {
            if (content is not { NodeType: XmlNodeType.Element, LocalName: "table", IsEmptyElement: false })
            {
                continue;
            }

            if (!scope.TakesPage(++number, total: null, "sheets"))
            {
                return;
            }

            var sheet = new SheetWriter(scope, content.Attribute("name") ?? $"{number}");
            sheet.Begin();
            Sheet(sheet);
        }
    }

    // A row or cell that is repeated is written once; a sheet's empty rest is one row repeated a million times.
    private void Sheet(SheetWriter sheet)
    {
        var (row, depth) = (1, content.Depth);
        while (content.Next(scope) && content.Depth > depth)
        {
            if (content is { NodeType: XmlNodeType.Element, LocalName: "table-row" })
            {
                var repeated = Repeated("number-rows-repeated");
                if (!content.IsEmptyElement && !scope.Writer.IsFull)
                {
                    sheet.Row(Cells(), row);
                }

                row = (int)Math.Min(int.MaxValue, (long)row + repeated);
            }
        }
    }

    private string[] Cells()
    {
        var (cells, empty, depth) = (new List<string>(), 0L, content.Depth);
        while (content.Next(scope) && content.Depth > depth)
        {
            if (content is not { NodeType: XmlNodeType.Element, LocalName: "table-cell" or "covered-table-cell" })
            {
                continue;
            }

            var repeated = Repeated("number-columns-repeated");
            var text = Cell();
            if (text.Length == 0)
            {
                empty += repeated;
                continue;
            }

            for (; empty > 0 && cells.Count < MaxColumns; empty--)
            {
                cells.Add(string.Empty);
            }

            empty = repeated - 1;
            cells.Add(text);
        }

        return [.. cells];
    }

    private string Cell()
    {
        var (kind, number, date) = (content.Attribute("value-type"), content.Attribute("value"), content.Attribute("date-value"));
        var shown = new OdfInline(content, scope).ReadFlat();
        return kind switch
        {
            "float" or "currency" => number ?? shown,
            "date" => date?.Replace("T00:00:00", string.Empty, StringComparison.Ordinal) ?? shown,
            _ => shown,
        };
    }

    private int Repeated(string name) =>
        int.TryParse(content.Attribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out var times) ? Math.Max(1, times) : 1;
}
