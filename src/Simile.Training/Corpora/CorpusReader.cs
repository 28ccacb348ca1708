using System.Text.Json;

namespace Simile.Training.Corpora;

/// <summary>Reads the files of a corpus as documents. The formats are those of <see cref="CorpusSource.Format"/>.</summary>
public static class CorpusReader
{
    /// <summary>The documents of one source, in the order of the file.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="source">The file.</param>
    /// <param name="leftOut">Hears of each line of <c>pairs</c> that is no pair, or null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static IEnumerable<CorpusDocument> Read(string folder, CorpusSource source, Action? leftOut = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var lines = CorpusFile.ReadLines(folder, source.File);
        return source.Format switch
        {
            "articles" => lines.Select(line => Parse(line, source, ReadArticle)),
            "synsets" => lines.Select(line => Parse(line, source, ReadSynset)),
            "prose" => ReadProse(lines),
            "groups" => ReadGroups(lines, source),
            "pairs" => ReadPairs(lines, source.WordsOnly, leftOut),
            _ => throw new SimileException(ErrorCode.BadTrainingData, $"{source.File} has the unknown format '{source.Format}'. Known are articles, synsets, prose, groups and pairs."),
        };
    }

    private static IEnumerable<CorpusDocument> ReadPairs(IEnumerable<string> lines, bool wordsOnly, Action? leftOut)
    {
        foreach (var cells in lines.Select(line => line.Split('\t', StringSplitOptions.TrimEntries)))
        {
            if (wordsOnly ? IsWordPair(cells) : cells is [{ Length: > 0 }, { Length: > 0 }, ..])
            {
                yield return new CorpusDocument { Variants = cells[..2] };
            }
            else
            {
                leftOut?.Invoke();
            }
        }
    }

    private static CorpusDocument Parse(string line, CorpusSource source, Func<JsonElement, CorpusDocument> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new SimileException(ErrorCode.BadTrainingData, $"A line of {source.File} is not as the format '{source.Format}' wants it: {error.Message}", error);
        }
    }

    private static CorpusDocument ReadArticle(JsonElement root) => new()
    {
        Title = Text(root, "title"),
        Description = Text(root, "description"),
        Paragraphs = Strings(root, "paragraphs"),
        Sections = [.. Couples(root, "sections"), .. Couples(root, "terms")],
    };

    // The senses a gloss belongs to: its lemmas, and what they are a kind of, stand on the other side of its pairs.
    private static CorpusDocument ReadSynset(JsonElement root)
    {
        var lemmas = string.Join(", ", Strings(root, "lemmas"));
        var kinds = string.Join(", ", Strings(root, "hypernyms"));
        var named = kinds.Length > 0 ? $"{lemmas}: {kinds}" : lemmas;
        return new CorpusDocument { Title = named, Variants = [.. Strings(root, "lemmas"), .. Strings(root, "definitions"), .. Strings(root, "examples")] };
    }

    private static IEnumerable<CorpusDocument> ReadProse(IEnumerable<string> lines)
    {
        const int ParagraphsPerDocument = 40;
        var paragraphs = new List<string>();
        foreach (var line in lines.Append(string.Empty))
        {
            if (line.Length > 0)
            {
                paragraphs.Add(line);
            }

            if (paragraphs.Count >= ParagraphsPerDocument || (line.Length == 0 && paragraphs.Count > 0))
            {
                yield return new CorpusDocument { Paragraphs = paragraphs };
                paragraphs = [];
            }
        }
    }

    private static IEnumerable<CorpusDocument> ReadGroups(IEnumerable<string> lines, CorpusSource source) =>
        lines.Skip(source.HasHeader ? 1 : 0)
            .Select(line => (IReadOnlyList<string>)(source.File.EndsWith(".csv", StringComparison.Ordinal) ? DelimitedLine.SplitCsv(line) : line.Split('\t')))
            .Where(cells => cells.Count > Math.Max(source.TextColumn, source.GroupColumn))
            .GroupBy(cells => cells[source.GroupColumn], StringComparer.Ordinal)
            .Select(group => new CorpusDocument { Variants = [.. group.Select(cells => cells[source.TextColumn])] });

    // Most lines of a list of synonyms that hold digits or dots are numbers and addresses in two spellings.
    private static bool IsWordPair(string[] cells) =>
        cells.Length >= 2 && cells.Take(2).All(cell => cell.Length > 1 && cell.All(c => char.IsLetter(c) || c is ' ' or '-'));

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    private static string[] Strings(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    private static (string Heading, string Text)[] Couples(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(item => (item[0].GetString()!, item[1].GetString()!))] : [];
}
