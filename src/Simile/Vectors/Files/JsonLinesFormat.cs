using System.Text.Json;

namespace Simile.Vectors.Files;

/// <summary>One JSON object a line: <c>{"index", "id"?, "embedding"}</c>, or <c>{"index", "error": {"code", "message"}}</c>.</summary>
internal sealed class JsonLinesFormat : VectorFormat
{
    public override void Begin(Stream stream, int dimensions) { }

    protected override void Write(Stream stream, VectorRow row, long index, int dimensions)
    {
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            if (row.Id is { } id)
            {
                json.WriteString("id", id);
            }

            WriteResult(json, row);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    public override void End(Stream stream, long count, int dimensions) { }

    public override VectorTable Read(FileStream stream)
    {
        var rows = new List<float[]?>();
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            rows.Add(RowOf(stream.Name, line, rows.Count + 1));
        }

        return Join(stream.Name, rows);
    }

    private static float[]? RowOf(string path, string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("embedding", out var embedding)
                ? [.. embedding.EnumerateArray().Select(value => value.GetSingle())]
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw VectorFiles.Bad(path, $"line {number} is no JSON object with an 'embedding' of numbers ({error.Message})", error);
        }
    }

    internal static VectorTable Join(string path, List<float[]?> rows)
    {
        var dimensions = rows.Find(row => row is not null)?.Length ?? 0;
        var values = new float[checked(rows.Count * dimensions)];
        for (var i = 0; i < rows.Count; i++)
        {
            var target = values.AsSpan(i * dimensions, dimensions);
            if (rows[i] is not { } row)
            {
                target.Fill(float.NaN);
                continue;
            }

            if (row.Length != dimensions)
            {
                throw VectorFiles.Bad(path, $"line {i + 1} has {row.Length} values, the lines before it {dimensions}");
            }

            row.CopyTo(target);
        }

        return new VectorTable(values, dimensions);
    }

    private static void WriteResult(Utf8JsonWriter json, VectorRow row)
    {
        if (row.Error is { } error)
        {
            json.WriteStartObject("error");
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Description);
            json.WriteEndObject();
            return;
        }

        json.WriteStartArray("embedding");
        foreach (var value in row.Vector.Span)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
