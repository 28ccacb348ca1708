using System.Globalization;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Training.Evaluation;

/// <summary>A collection for retrieval in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels/test.tsv.</summary>
/// <param name="Documents">The documents: id, title, text.</param>
/// <param name="Queries">The queries that have judgements: id, text.</param>
/// <param name="Judgements">For each query's id the grade of each judged document's id; 0 means not relevant.</param>
public sealed record RetrievalDataset(
    IReadOnlyList<(string Id, string Title, string Text)> Documents,
    IReadOnlyList<(string Id, string Text)> Queries,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Judgements
)
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadEvaluationData"/>.</exception>
    public static RetrievalDataset Load(string folder)
    {
        var documents = ReadLines(
            folder,
            "corpus.jsonl",
            (id, root) => (Id: id, Text(root, "title"), Text(root, "text")),
            document => document.Id
        );
        var queries = ReadLines(folder, "queries.jsonl", (id, root) => (Id: id, Text: Text(root, "text")), query => query.Id);
        var judgements = ReadJudgements(Path.Combine(folder, "qrels", "test.tsv"));
        return new RetrievalDataset(
            documents,
            [.. queries.Where(query => judgements.TryGetValue(query.Id, out var grades) && grades.Values.Any(grade => grade > 0))],
            judgements
        );
    }

    private static List<T> ReadLines<T>(string folder, string name, Func<string, JsonElement, T> read, Func<T, string> idOf)
    {
        var path = Path.Combine(folder, name);
        var (items, lines) = (new List<T>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (line, number) in Lines(path).Select((line, i) => (line, i + 1)).Where(row => !string.IsNullOrWhiteSpace(row.line)))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                items.Add(read(IdOf(document.RootElement, path, number), document.RootElement));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new SimileException(
                    ErrorCode.BadEvaluationData,
                    $"Line {number} of {path} is no JSON object with _id and text: {error.Message}",
                    error
                );
            }

            if (!lines.TryAdd(idOf(items[^1]), number))
            {
                throw new SimileException(
                    ErrorCode.BadEvaluationData,
                    $"Lines {lines[idOf(items[^1])]} and {number} of {path} have the same _id '{idOf(items[^1])}'. Give each an _id "
                        + "of its own."
                );
            }
        }

        return items;
    }

    // Numbers are ids as they are written, since the judgements name them so.
    private static string IdOf(JsonElement root, string path, int line) =>
        root.TryGetProperty("_id", out var id) switch
        {
            true when id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text => text,
            true when id.ValueKind == JsonValueKind.Number => id.GetRawText(),
            true => throw new SimileException(
                ErrorCode.BadEvaluationData,
                $"Line {line} of {path} has {id.GetRawText()} as its _id; expected is a text that is not empty, or a number."
            ),
            false => throw new SimileException(
                ErrorCode.BadEvaluationData,
                $"Line {line} of {path} has no _id. Each document and query needs one, by which qrels/test.tsv names it."
            ),
        };

    private static Dictionary<string, IReadOnlyDictionary<string, int>> ReadJudgements(string path)
    {
        var judgements = new Dictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal);
        foreach (var (line, number) in Lines(path).Select((line, i) => (line, i + 1)).Where(row => !string.IsNullOrWhiteSpace(row.line)))
        {
            var cells = line.TrimEnd('\r').Split('\t');
            if (number == 1 && cells is [_, _, var head] && !int.TryParse(head, NumberStyles.Integer, CultureInfo.InvariantCulture, out _))
            {
                continue;
            }

            if (cells.Length < 3 || !int.TryParse(cells[2], NumberStyles.Integer, CultureInfo.InvariantCulture, out var grade))
            {
                throw new SimileException(ErrorCode.BadEvaluationData, $"Line {number} of {path} is no query TAB document TAB grade.");
            }

            var grades =
                (Dictionary<string, int>)(judgements.GetValueOrDefault(cells[0]) ?? new Dictionary<string, int>(StringComparer.Ordinal));
            grades[cells[1]] = grade;
            judgements[cells[0]] = grades;
        }

        return judgements;
    }

    private static IEnumerable<string> Lines(string path) =>
        RegularFile.Exists(path)
            ? RegularFile.ReadLines(path)
            : throw new SimileException(
                ErrorCode.BadEvaluationData,
                $"There is no file {path}. A retrieval folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv."
            );

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
