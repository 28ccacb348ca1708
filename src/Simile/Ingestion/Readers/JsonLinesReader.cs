using System.Text;
using System.Text.Json;
using Simile.Pipelines.Bulk;

namespace Simile.Ingestion.Readers;

/// <summary>One JSON value a line: the fields <c>title</c> and <c>text</c> of an object, else all of its texts. Its other fields that are
/// texts (of up to 4,096 characters), numbers, true or false are metadata, to filter by. A line that cannot be read is one
/// problem.</summary>
internal sealed class JsonLinesReader : ITextReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(problems);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line) && BlockOf(line, number, problems) is { } block)
            {
                yield return block;
            }
        }
    }

    private static TextBlock? BlockOf(string line, int number, ICollection<SimileException> problems)
    {
        try
        {
            using var document = JsonRow.Parse(Encoding.UTF8.GetBytes(line));
            var (title, own) = TextsOf(document.RootElement);

            // A heading of its own keeps the lines apart: each is a document.
            return string.IsNullOrWhiteSpace(own)
                ? null
                : new TextBlock(own, number, string.IsNullOrWhiteSpace(title) ? $"Line {number}" : title, EndLine: number)
                {
                    Metadata = MetadataOf(document.RootElement),
                };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            problems.Add(new SimileException(ErrorCode.UnreadableDocument, $"Line {number} is left out: {Reason(error)}", error));
            return null;
        }
    }

    // The library counts lines within the line that it was given.
    private static string Reason(Exception error) =>
        error switch
        {
            JsonException { BytePositionInLine: { } at } => $"it is no JSON from its byte {at + 1} on. Mend or remove the line.",
            JsonException => error.Message,
            _ => "a text in it holds half of a surrogate pair (\\ud800 to \\udfff alone). Write whole characters.",
        };

    private static (string Title, string Text) TextsOf(JsonElement element)
    {
        var isObject = element.ValueKind == JsonValueKind.Object;
        var title = isObject ? Field(element, "title") ?? string.Empty : string.Empty;
        var own = isObject ? Field(element, "text") : null;
        var texts =
            own ?? (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? All(element, except: "title") : element.ToString());
        if (own is null && title.Length + texts.Length == 0)
        {
            throw new JsonException("it holds no text. Give it a field 'text'.");
        }

        return string.IsNullOrWhiteSpace(texts) ? (string.Empty, title) : (title, texts);
    }

    private static IReadOnlyDictionary<string, MetadataValue> MetadataOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return ChunkMetadata.None;
        }

        var found = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject().Where(field => field.Name is not ("title" or "text")))
        {
            if (
                ValueOf(field.Value) is { } value
                && ChunkMetadata.CanKeep(field.Name, value)
                && (found.Count < ChunkMetadata.MaxValues || found.ContainsKey(field.Name))
            )
            {
                found[field.Name] = value;
            }
        }

        return found.Count == 0 ? ChunkMetadata.None : found;
    }

    private static MetadataValue? ValueOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole
            : value.TryGetDouble(out var number) ? number
            : null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    private static string? Field(JsonElement element, string name)
    {
        var values = element.EnumerateObject().Where(field => field.NameEquals(name)).Select(field => field.Value).ToList();
        return values switch
        {
            [] => null,
            [{ ValueKind: JsonValueKind.String } value] => value.GetString(),
            [{ ValueKind: JsonValueKind.Null }] when name == "title" => null,
            [var other] => throw new JsonException($"its field '{name}' is {Kind(other)}, but a string is expected."),
            _ => throw new JsonException($"it has the field '{name}' {values.Count} times; once is expected."),
        };
    }

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => "null",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            JsonValueKind.Number => "a number",
            JsonValueKind.Array => "a list",
            _ => "an object",
        };

    private static string All(JsonElement element, string? except) =>
        element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Array => Join(element.EnumerateArray().Select(item => All(item, except: null))),
            JsonValueKind.Object => Join(
                element.EnumerateObject().Where(field => field.Name != except).Select(field => All(field.Value, except: null))
            ),
            _ => string.Empty,
        };

    private static string Join(IEnumerable<string> texts) => string.Join('\n', texts.Where(text => text.Length > 0));
}
