using Simile.Documents.Reading;

namespace Simile.Documents.Pdf;

/// <summary>The words of a page as lines in reading order: columns of text one after the other, rows of tables with their cells.</summary>
/// <param name="words">The words.</param>
/// <param name="budget">What the document may cost.</param>
/// <param name="depth">How many columns are around these words.</param>
internal sealed class PdfColumns(List<PdfWord> words, DocumentBudget budget, int depth = 0)
{
    private const int MaxDepth = 6;
    private const int MinRows = 5;
    private const double MinWordsASide = 2.5;
    private const double Gutter = 1.0;
    private const double CellGap = 1.5;

    /// <summary>The lines.</summary>
    public List<PdfLine> Lines()
    {
        budget.CheckTime();
        var (rows, lines) = (Rows(), new List<PdfLine>());
        if (depth >= MaxDepth || GutterOf(rows) is not { } gutter)
        {
            lines.AddRange(rows.Select(LineOf));
            return lines;
        }

        for (var at = 0; at < rows.Count; at++)
        {
            var end = at;
            while (end < rows.Count && !rows[end].Exists(word => word.Left < gutter && word.Right > gutter))
            {
                end++;
            }

            if (end > at && AreColumns(rows[at..end], gutter))
            {
                var run = rows[at..end].SelectMany(row => row).ToLookup(word => word.Right <= gutter);
                lines.AddRange(new PdfColumns([.. run[true]], budget, depth + 1).Lines());
                lines.AddRange(new PdfColumns([.. run[false]], budget, depth + 1).Lines());
            }
            else
            {
                lines.AddRange(rows[at..end].Select(LineOf));
            }

            if (end < rows.Count)
            {
                lines.Add(LineOf(rows[end]));
            }

            at = end;
        }

        return lines;
    }

    // Words whose heights meet by half are one row, from the top down.
    private List<List<PdfWord>> Rows()
    {
        var rows = new List<List<PdfWord>>();
        foreach (var word in words.OrderByDescending(word => word.Bottom).ThenBy(word => word.Left))
        {
            var row = rows.Count > 0 ? rows[^1] : null;
            var first = row?[0];
            if (
                first is not null
                && Math.Min(first.Top, word.Top) - Math.Max(first.Bottom, word.Bottom) > 0.5 * Math.Min(first.Size, word.Size)
            )
            {
                row!.Add(word);
            }
            else
            {
                rows.Add([word]);
            }
        }

        foreach (var row in rows)
        {
            row.Sort((one, other) => one.Left.CompareTo(other.Left));
        }

        return rows;
    }

    // The middle of the gap that most rows have; null where few have the same.
    private static double? GutterOf(List<List<PdfWord>> rows)
    {
        var candidates = new List<double>();
        foreach (var row in rows)
        {
            for (var i = 1; i < row.Count; i++)
            {
                if (row[i].Left - row[i - 1].Right > Gutter * row[i].Size)
                {
                    candidates.Add((row[i].Left + row[i - 1].Right) / 2);
                }
            }
        }

        var (best, most) = (0.0, MinRows - 1);
        foreach (var x in candidates.Select(x => Math.Round(x)).Distinct().Take(200))
        {
            var count = rows.Count(row => IsParted(row, x));
            (best, most) = count > most ? (x, count) : (best, most);
        }

        return most >= MinRows ? best : null;
    }

    private static bool IsParted(List<PdfWord> row, double x) =>
        row[0].Right < x && row[^1].Left > x && !row.Exists(word => word.Left < x && word.Right > x);

    // Both sides of a table hold few words; those of columns hold sentences.
    private static bool AreColumns(List<List<PdfWord>> rows, double x)
    {
        var both = rows.Where(row => IsParted(row, x)).ToList();
        return both.Count >= MinRows
            && both.Average(row => row.Count(word => word.Right <= x)) >= MinWordsASide
            && both.Average(row => row.Count(word => word.Right > x)) >= MinWordsASide;
    }

    private static PdfLine LineOf(List<PdfWord> row)
    {
        var (text, cells) = (new System.Text.StringBuilder(row[0].Text), 1);
        for (var i = 1; i < row.Count; i++)
        {
            var isCell = row[i].Left - row[i - 1].Right > CellGap * Math.Max(row[i].Size, row[i - 1].Size);
            cells += isCell ? 1 : 0;
            text.Append(isCell ? " | " : " ").Append(row[i].Text);
        }

        var size = row.GroupBy(word => word.Size).MaxBy(group => group.Sum(word => word.Text.Length))!.Key;
        return new PdfLine(text.ToString(), row[0].Left, size, row.Average(word => word.Bottom), cells);
    }
}
