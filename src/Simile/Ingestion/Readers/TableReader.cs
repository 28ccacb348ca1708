using CsvHelper;

namespace Simile.Ingestion.Readers;

/// <summary>Tables: every row becomes a block of "column: value" lines; the first row names the columns.</summary>
/// <param name="separator">What stands between cells.</param>
public sealed class TableReader(char separator) : IDocumentReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text)
    {
        var options = new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = true,
            TrackLineNumbers = true,
            AllowLineBreaksInQuotes = true,
            MalformedData = CsvMalformedDataHandling.Recover,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
        };
        using var table = CsvReader.FromText(text, options);
        while (table.Read())
        {
            var row = string.Join('\n', Enumerable.Range(0, table.FieldCount).Select(i => Cell(table, i)).Where(cell => cell.Length > 0));
            if (row.Length > 0)
            {
                // A heading of its own keeps the rows apart: each is a document.
                yield return new TextBlock(row, (int)table.LineNumber, $"Row {table.RowNumber}", IsCode: true, EndLine: (int)table.LineNumber);
            }
        }
    }

    private static string Cell(CsvReader table, int column)
    {
        var value = table.GetString(column)?.Trim() ?? string.Empty;
        return value.Length == 0 || column >= table.Headers.Count ? value : $"{table.Headers[column]}: {value}";
    }
}
