using System.Text;
using System.Text.Json;

namespace Simile.Pipelines.Bulk;

/// <summary>Makes a text of a line's bytes.</summary>
/// <param name="jsonField">The field of a JSON object that holds the text; null when the line itself is the text.</param>
internal sealed class LineText(string? jsonField)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public BulkLine Read(ReadOnlyMemory<byte> line, long number)
    {
        try
        {
            return jsonField is null ? new BulkLine(Utf8.GetString(line.Span)) : Field(line, jsonField, number);
        }
        catch (DecoderFallbackException error)
        {
            return new BulkLine(
                string.Empty,
                new SimileException(ErrorCode.InvalidUnicode, $"Line {number} is no valid UTF-8. Save the file as UTF-8.", error)
            );
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new BulkLine(
                string.Empty,
                new SimileException(ErrorCode.UnreadableDocument, $"Line {number} is no JSON object with a field '{jsonField}'.", error)
            );
        }
    }

    // A line whose text is wrong may still say which one it is.
    private static BulkLine Field(ReadOnlyMemory<byte> line, string name, long number)
    {
        using var document = JsonRow.Parse(line);
        var id = IdOf(document.RootElement);
        return document.RootElement.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? new BulkLine(text.GetString()!) { Id = id }
            : new BulkLine(
                string.Empty,
                new SimileException(ErrorCode.UnreadableDocument, $"Line {number} has no text in a field '{name}'.")
            )
            {
                Id = id,
            };
    }

    private static string? IdOf(JsonElement row)
    {
        foreach (var name in (ReadOnlySpan<string>)["id", "_id"])
        {
            if (row.TryGetProperty(name, out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                return id.ToString();
            }
        }

        return null;
    }
}
