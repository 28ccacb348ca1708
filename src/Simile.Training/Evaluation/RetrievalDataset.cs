using System.Globalization;
using System.Text.Json;

namespace Simile.Training.Evaluation;

/// <summary>A collection for retrieval in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels/test.tsv.</summary>
/// <param name="Documents">The documents: id, title, text.</param>
/// <param name="Queries">The queries that have judgements: id, text.</param>
/// <param name="Judgements">For each query's id the grade of each judged document's id; 0 means not relevant.</param>
public sealed record RetrievalDataset(
    IReadOnlyList<(string Id, string Title, string Text)> Documents,
    IReadOnlyList<(string Id, string Text)> Queries,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Judgements)
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadEvaluationData"/>.</exception>
    public static RetrievalDataset Load(string folder)
    {
        var documents = ReadLines(folder, "corpus.jsonl", root => (Text(root, "_id"), Text(root, "title"), Text(root, "text")));
        var queries = ReadLines(folder, "queries.jsonl", root => (Id: Text(root, "_id"), Text: Text(root, "text")));
        var judgements = ReadJudgements(Path.Combine(folder, "qrels", "test.tsv"));
        return new RetrievalDataset(documents, [.. queries.Where(query => judgements.TryGetValue(query.Id, out var grades) && grades.Values.Any(grade => grade > 0))], judgements);
    }

    private static List<T> ReadLines<T>(string folder, string name, Func<JsonElement, T> read)
    {
        var path = Path.Combine(folder, name);
        var items = new List<T>();
        foreach (var line in Lines(path).Where(line => line.Length > 0))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                items.Add(read(document.RootElement));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new SimileException(ErrorCode.BadEvaluationData, $"Item {items.Count + 1} of {path} is no JSON object with _id and text: {error.Message}", error);
            }
        }

        return items;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, int>> ReadJudgements(string path)
    {
        var judgements = new Dictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal);
        foreach (var (line, number) in Lines(path).Select((line, i) => (line, i + 1)).Skip(1))
        {
            var cells = line.Split('\t');
            if (cells.Length < 3 || !int.TryParse(cells[2], NumberStyles.Integer, CultureInfo.InvariantCulture, out var grade))
            {
                throw new SimileException(ErrorCode.BadEvaluationData, $"Line {number} of {path} is no query TAB document TAB grade.");
            }

            var grades = (Dictionary<string, int>)(judgements.GetValueOrDefault(cells[0]) ?? new Dictionary<string, int>(StringComparer.Ordinal));
            grades[cells[1]] = grade;
            judgements[cells[0]] = grades;
        }

        return judgements;
    }

    private static IEnumerable<string> Lines(string path) =>
        File.Exists(path)
            ? File.ReadLines(path)
            : throw new SimileException(ErrorCode.BadEvaluationData, $"There is no file {path}. A retrieval folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv.");

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
