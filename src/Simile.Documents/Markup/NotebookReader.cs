using System.Text;
using System.Text.Json;
using Simile.Documents.Reading;
using Simile.Ingestion;
using Simile.Ingestion.Readers;

namespace Simile.Documents.Markup;

/// <summary>Jupyter notebooks: texts as Markdown, code, and what it printed, cell by cell.</summary>
internal sealed class NotebookReader(DocumentLimits limits) : FormatReader(limits)
{
    // Printed output repeats itself; its beginning says what it is.
    private const int LongestOutput = 2_000;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".ipynb"];

    /// <inheritdoc/>
    public override string Version => "ipynb/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        using var notebook = Parse(scope);
        if (
            notebook.RootElement.ValueKind != JsonValueKind.Object
            || !notebook.RootElement.TryGetProperty("cells", out var cells)
            || cells.ValueKind != JsonValueKind.Array
        )
        {
            throw new InvalidDataException("it has no list of cells (nbformat 4 is read; open it in Jupyter and save it again).");
        }

        var (number, heading) = (0, string.Empty);
        foreach (var cell in cells.EnumerateArray())
        {
            if (!scope.TakesPage(++number, cells.GetArrayLength(), "cells"))
            {
                break;
            }

            scope.Writer.Place = $"cell {number}";
            heading = Take(cell, heading, scope);
        }
    }

    private static JsonDocument Parse(DocumentScope scope)
    {
        try
        {
            return JsonDocument.Parse(
                scope.Text(),
                new JsonDocumentOptions { MaxDepth = scope.Limits.MaxDepth, AllowTrailingCommas = true }
            );
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"it is no JSON in line {error.LineNumber + 1}.", error);
        }
    }

    // A heading holds for the cells behind it.
    private static string Take(JsonElement cell, string heading, DocumentScope scope)
    {
        var source = TextOf(cell, "source");
        switch (cell.ValueKind == JsonValueKind.Object ? TextOf(cell, "cell_type") : string.Empty)
        {
            case "markdown":
                var blocks = new MarkdownReader().Read(source, scope.Problems).ToList();
                scope.Writer.Add(blocks.Select(block => block.Heading.Length == 0 ? block with { Heading = heading } : block));
                return blocks.Count == 0 ? heading
                    : blocks[^1].Heading.Length > 0 ? blocks[^1].Heading
                    : source.TrimStart().StartsWith('#') ? blocks[^1].Text
                    : heading;
            case "code":
                Code(source, heading, scope);
                foreach (var output in Outputs(cell))
                {
                    Code(TextCut.Head(output, LongestOutput), heading, scope);
                }

                return heading;
            default:
                Code(source, heading, scope);
                return heading;
        }
    }

    private static void Code(string text, string heading, DocumentScope scope) =>
        scope.Writer.Add(new CodeReader().Read(text.Trim('\n'), scope.Problems).Select(block => block with { Heading = heading }));

    private static IEnumerable<string> Outputs(JsonElement cell)
    {
        if (!cell.TryGetProperty("outputs", out var outputs) || outputs.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var output in outputs.EnumerateArray().Where(output => output.ValueKind == JsonValueKind.Object))
        {
            yield return TextOf(output, "text");
            yield return output.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
                ? TextOf(data, "text/plain")
                : string.Empty;
        }
    }

    // A text, or a list of its lines.
    private static string TextOf(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var value))
        {
            return string.Empty;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
        }

        var text = new StringBuilder();
        foreach (var line in value.EnumerateArray().Where(line => line.ValueKind == JsonValueKind.String))
        {
            text.Append(line.GetString());
        }

        return text.ToString().ReplaceLineEndings("\n");
    }
}
