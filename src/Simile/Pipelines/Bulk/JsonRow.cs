using System.Text.Json;

namespace Simile.Pipelines.Bulk;

/// <summary>Parses a line of a .jsonl file, as Python writes it too: NaN, Infinity and -Infinity stand for no value.</summary>
internal static class JsonRow
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The value of a line.</summary>
    /// <param name="line">Its bytes, UTF-8.</param>
    /// <exception cref="JsonException">The line is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        // Files that were joined have marks in their middle.
        line = line.Span.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException) when (WithoutNumbersThatAreNone(line.Span) is { } finite)
        {
            return JsonDocument.Parse(finite);
        }
    }

    // The line with 0 in place of what JSON has no word for, or null when there is nothing such.
    private static byte[]? WithoutNumbersThatAreNone(ReadOnlySpan<byte> line)
    {
        var result = line.ToArray();
        var (inString, found) = (false, false);
        for (var at = 0; at < result.Length; at++)
        {
            if (result[at] == '"')
            {
                inString = !inString;
            }
            else if (inString)
            {
                at += result[at] == '\\' ? 1 : 0;
            }
            else if (LengthOfNone(result.AsSpan(at)) is > 0 and var length)
            {
                Blank(result.AsSpan(at, length));
                (at, found) = (at + length - 1, true);
            }
        }

        return found ? result : null;
    }

    private static int LengthOfNone(ReadOnlySpan<byte> text) =>
        text.StartsWith("NaN"u8) ? 3
        : text.StartsWith("Infinity"u8) ? 8
        : text.StartsWith("-Infinity"u8) ? 9
        : 0;

    // 0 and spaces: "null" is longer than "NaN".
    private static void Blank(Span<byte> word)
    {
        word.Fill((byte)' ');
        word[0] = (byte)'0';
    }
}
