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
            return new BulkLine(jsonField is null ? Utf8.GetString(line.Span) : Field(line, jsonField));
        }
        catch (DecoderFallbackException error)
        {
            return new BulkLine(string.Empty, new SimileException(ErrorCode.InvalidUnicode, $"Line {number} is no valid UTF-8. Save the file as UTF-8.", error));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new BulkLine(string.Empty, new SimileException(ErrorCode.UnreadableDocument, $"Line {number} is no JSON object with a field '{jsonField}'.", error));
        }
    }

    private static string Field(ReadOnlyMemory<byte> line, string name)
    {
        using var document = JsonRow.Parse(line);
        return document.RootElement.GetProperty(name).GetString() ?? string.Empty;
    }
}
