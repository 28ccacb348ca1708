using Simile.Ingestion.Readers;

namespace Simile.Documents.Reading;

/// <summary>The rows of a sheet: where the first one names the columns each other is a document of "column: value" lines, else they are
/// rows of one text.</summary>
/// <param name="scope">The document.</param>
/// <param name="name">The sheet's name.</param>
internal sealed class SheetWriter(DocumentScope scope, string name)
{
    private string[]? _names;

    /// <summary>Begins the sheet.</summary>
    public void Begin()
    {
        scope.Writer.Place = $"sheet {name}";
        scope.Writer.Heading(1, name);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="cells">Its cells, an empty text for an empty one.</param>
    /// <param name="number">Its number in the sheet, from 1.</param>
    public void Row(string[] cells, int number)
    {
        if (Array.TrueForAll(cells, string.IsNullOrWhiteSpace))
        {
            return;
        }

        if (_names is null)
        {
            // One cell alone is a title.
            var filled = cells.Count(cell => cell.Length > 0);
            if (filled > 1)
            {
                _names = TableRows.NamesColumns([.. cells.Where(cell => cell.Length > 0)]) ? cells : [];
            }

            if (filled == 1 || _names is { Length: > 0 })
            {
                scope.Writer.Place = $"sheet {name}, row {number}";
                scope.Writer.Text(string.Join(" | ", cells.Where(cell => cell.Length > 0)));
                return;
            }
        }

        scope.Writer.Place = $"sheet {name}, row {number}";
        if (_names is { Length: > 0 } names)
        {
            scope.Writer.Heading(2, $"Row {number}");
            scope.Writer.Text(TableRows.TextOf(cells, names), isCode: true);
        }
        else
        {
            scope.Writer.Text(string.Join(" | ", cells.Where(cell => cell.Length > 0)));
        }
    }

    /// <summary>Adds a remark at a cell.</summary>
    public void Comment(string cell, string text)
    {
        scope.Writer.Place = $"sheet {name}, cell {cell}";
        scope.Writer.Heading(2, string.Empty);
        scope.Writer.Text(text);
    }
}
