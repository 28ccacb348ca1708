using System.Text;

namespace Simile.Training.Corpora;

/// <summary>Splits one line of comma-separated values (RFC 4180, without line breaks inside a field).</summary>
internal static class DelimitedLine
{
    public static List<string> SplitCsv(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
            {
                // Between two quotes of an escaped quote the field counts as closed for a moment; the second one opens it again.
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
