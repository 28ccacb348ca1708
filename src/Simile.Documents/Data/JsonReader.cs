using System.Text;
using System.Text.Json;
using Simile.Documents.Reading;

namespace Simile.Documents.Data;

/// <summary>JSON, with the comments and last commas of configuration files: values with their paths.</summary>
internal sealed class JsonReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".json", ".jsonc", ".json5", ".geojson"];

    /// <inheritdoc/>
    public override string Version => "json/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        var bytes = Encoding.UTF8.GetBytes(scope.Text());
        var json = new Utf8JsonReader(
            bytes,
            new JsonReaderOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = scope.Limits.MaxDepth,
            }
        );
        var (values, line, seen) = (new ValueWriter(scope), 1, 0L);
        try
        {
            while (json.Read())
            {
                line += bytes.AsSpan((int)seen, (int)(json.TokenStartIndex - seen)).Count((byte)'\n');
                seen = json.TokenStartIndex;
                Take(ref json, values, line);
                if (scope.Writer.IsFull)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            var at = error is JsonException { LineNumber: { } found } ? found + 1 : line;
            scope.Problem(
                $"Line {at}: it is no JSON from there on ({Reason(error)}); what stands before it was read. Mend it, or leave the file out."
            );
        }

        values.Finish();
    }

    private static void Take(ref Utf8JsonReader json, ValueWriter values, int line)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                values.BeginObject();
                break;
            case JsonTokenType.StartArray:
                values.BeginList();
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                values.End();
                break;
            case JsonTokenType.PropertyName:
                values.Name(json.GetString()!);
                break;
            case JsonTokenType.String:
                values.Value(json.GetString(), line);
                break;
            case JsonTokenType.Null:
                values.Value(null, line);
                break;
            default:
                values.Value(Encoding.UTF8.GetString(json.ValueSpan), line);
                break;
        }
    }

    // The library ends its messages with places of its own counting.
    private static string Reason(Exception error) => error.Message.Split(" LineNumber:")[0].TrimEnd('.');
}
