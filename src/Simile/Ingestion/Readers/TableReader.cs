using System.Globalization;
using CsvHelper;

namespace Simile.Ingestion.Readers;

/// <summary>Tables: every row becomes a block of "column: value" lines; the first row names the columns, unless it holds numbers. What
/// stands between cells is seen from the file (, ; tab |) or its line <c>sep=</c>.</summary>
internal sealed class TableReader : ITextReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(problems);
        var unclosed = 0L;
        var rows = Rows(
            text,
            acrossLines: true,
            record => unclosed = record.Reason == CsvMalformedReason.UnterminatedQuote ? record.LineNumber : unclosed
        );
        if (unclosed > 0)
        {
            // Else all the rest of the file would be one cell.
            problems.Add(
                new SimileException(
                    ErrorCode.UnreadableDocument,
                    $"Line {unclosed} opens a quote that nothing closes: quotes are taken as ending with their line. Close it, or "
                        + "double it."
                )
            );
            rows = Rows(text, acrossLines: false, _ => { });
        }

        var names = rows.Count > 0 && TableRows.NamesColumns(rows[0].Cells) ? rows[0].Cells : [];
        var body = rows.Skip(names.Length > 0 ? 1 : 0)
            .Select((row, i) => (Text: TableRows.TextOf(row.Cells, names), row.StartLine, row.EndLine, Number: i + 1))
            .Where(row => row.Text.Length > 0)
            .ToList();

        // A heading of its own keeps the rows apart: each is a document.
        return body.Count > 0
                ? body.Select(row => new TextBlock(row.Text, row.StartLine, $"Row {row.Number}", IsCode: true, EndLine: row.EndLine))
            : names.Length > 0 ? [new TextBlock(string.Join(", ", names.Where(name => name.Length > 0)), rows[0].StartLine)]
            : [];
    }

    private static List<(string[] Cells, int StartLine, int EndLine)> Rows(
        string text,
        bool acrossLines,
        Action<CsvMalformedRecord> onMalformed
    )
    {
        var options = new CsvReaderOptions
        {
            HasHeader = false,
            TrackLineNumbers = true,
            AllowLineBreaksInQuotes = acrossLines,
            MalformedData = CsvMalformedDataHandling.Recover,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
            OnMalformedRecord = record => onMalformed(record),
        };
        using var table = CsvReader.FromText(text, options);
        var rows = new List<(string[], int, int)>();
        while (table.Read())
        {
            var line = (int)table.LineNumber;
            string[] cells = [.. Enumerable.Range(0, table.FieldCount).Select(i => table.GetString(i)?.Trim() ?? string.Empty)];
            rows.Add((cells, line, line + table.RawRecord.TrimEnd("\n"u8).Count((byte)'\n')));
        }

        return rows;
    }
}

/// <summary>Rows of tables as text: "column: value" lines, where the first row names the columns.</summary>
internal static class TableRows
{
    private const int MinYear = 1900;
    private const int MaxYear = 2100;

    /// <summary>Whether a first row names its columns. Years are common names of columns; other numbers are values.</summary>
    public static bool NamesColumns(string[] cells) => cells.All(cell => !IsNumber(cell) || IsYear(cell)) && !cells.All(IsYear);

    private static bool IsNumber(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || double.TryParse(cell.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsYear(string cell) =>
        int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= MinYear and <= MaxYear;

    /// <summary>The text of a row; without names, its cells.</summary>
    public static string TextOf(string[] cells, string[] names) =>
        string.Join(
            '\n',
            cells
                .Select((cell, i) => cell.Length > 0 && i < names.Length && names[i].Length > 0 ? $"{names[i]}: {cell}" : cell)
                .Where(cell => cell.Length > 0)
        );
}
