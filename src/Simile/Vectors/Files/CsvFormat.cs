using System.Globalization;
using System.Text;

namespace Simile.Vectors.Files;

/// <summary>A row of numbers a line, without a header; the shortest decimals that give the same floats back.</summary>
internal sealed class CsvFormat : VectorFormat
{
    public override void Begin(Stream stream, int dimensions) { }

    protected override void Write(Stream stream, VectorRow row, long index, int dimensions)
    {
        var line = new StringBuilder();
        for (var d = 0; d < dimensions; d++)
        {
            line.Append(d == 0 ? string.Empty : ",")
                .Append(row.Error is null ? row.Vector.Span[d].ToString("R", CultureInfo.InvariantCulture) : "NaN");
        }

        stream.Write(Encoding.ASCII.GetBytes(line.Append('\n').ToString()));
    }

    public override void End(Stream stream, long count, int dimensions) { }

    public override VectorTable Read(FileStream stream)
    {
        var rows = new List<float[]?>();
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            rows.Add([.. line.Split(',').Select(cell => float.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture))]);
        }

        return JsonLinesFormat.Join(stream.Name, rows);
    }
}
