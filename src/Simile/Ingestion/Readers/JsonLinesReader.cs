using System.Text.Json;

namespace Simile.Ingestion.Readers;

/// <summary>One JSON value a line: the fields <c>title</c> and <c>text</c> of an object, else all of its texts.</summary>
public sealed class JsonLinesReader : IDocumentReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            using var document = JsonDocument.Parse(line);
            var block = BlockOf(document.RootElement, number);
            if (!string.IsNullOrWhiteSpace(block.Text))
            {
                // A heading of its own keeps the lines apart: each is a document.
                yield return block;
            }
        }
    }

    private static TextBlock BlockOf(JsonElement element, int number)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new TextBlock(element.ToString(), number, $"Line {number}", EndLine: number);
        }

        var title = Field(element, "title");
        var own = Field(element, "text");
        var all = own.Length > 0 ? own : string.Join('\n', element.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.String && field.Name != "title").Select(field => field.Value.GetString()));
        return new TextBlock(all, number, title.Length > 0 ? title : $"Line {number}", EndLine: number);
    }

    private static string Field(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
