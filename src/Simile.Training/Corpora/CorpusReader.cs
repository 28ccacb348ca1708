using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Training.Corpora;

/// <summary>Reads the files of a corpus as documents. The formats are those of <see cref="CorpusSource.Format"/>.</summary>
internal static class CorpusReader
{
    /// <summary>The documents of one source, in the order of the file.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="source">The file.</param>
    /// <param name="leftOut">Hears of each line of <c>pairs</c> that is no pair, and of <c>groups</c> that has too few cells, or
    /// null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static IEnumerable<CorpusDocument> Read(string folder, CorpusSource source, Action? leftOut = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.TextColumn < 0 || source.GroupColumn < 0)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{source.File} has text_column {source.TextColumn} and group_column {source.GroupColumn}. Columns are counted from 0."
            );
        }

        var lines = CorpusFile.ReadLines(folder, source.File);
        return source.Format switch
        {
            "articles" => Parse(lines, source, ReadArticle),
            "synsets" => Parse(lines, source, ReadSynset),
            "prose" => ReadProse(lines),
            "lines" => lines.Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => new CorpusDocument { Paragraphs = [line] }),
            "groups" => ReadGroups(lines, source, leftOut),
            "pairs" => ReadPairs(lines, source.WordsOnly, leftOut),
            _ => throw new SimileException(
                ErrorCode.BadTrainingData,
                $"{source.File} has the unknown format '{source.Format}'. Known are articles, synsets, prose, groups, pairs and lines."
            ),
        };
    }

    /// <summary>Makes sure that there is anything to learn: two lines at least that differ.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="sources">Its files.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static void RequireDifferentLines(string folder, IReadOnlyList<CorpusSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var (count, first) = (0L, default(string));
        foreach (
            var line in sources
                .SelectMany(source => CorpusFile.ReadLines(folder, source.File).Skip(source.HasHeader ? 1 : 0))
                .Where(line => !string.IsNullOrWhiteSpace(line))
        )
        {
            count++;
            first ??= line;
            if (line != first)
            {
                return;
            }
        }

        var held = count switch
        {
            0 => "no line with a text",
            1 => "one line",
            _ => $"{count} lines, all of them equal",
        };
        throw new SimileException(
            ErrorCode.BadTrainingData,
            $"The corpus {folder} holds {held} ({sources.Count} files were read). A training needs at least two lines that differ; "
                + "many thousands make a good model."
        );
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

    private static IEnumerable<CorpusDocument> Parse(
        IEnumerable<string> lines,
        CorpusSource source,
        Func<JsonElement, CorpusDocument> read
    ) =>
        lines
            .Select((line, i) => (line, i + 1))
            .Where(row => !string.IsNullOrWhiteSpace(row.line))
            .Select(row => Parse(row.line, row.Item2, source, read));

    private static CorpusDocument Parse(string line, int number, CorpusSource source, Func<JsonElement, CorpusDocument> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                $"Line {number} of {source.File} is not as the format '{source.Format}' wants it: {error.Message}",
                error
            );
        }
    }

    private static CorpusDocument ReadArticle(JsonElement root) =>
        new()
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
        return new CorpusDocument
        {
            Title = named,
            Variants = [.. Strings(root, "lemmas"), .. Strings(root, "definitions"), .. Strings(root, "examples")],
        };
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

    private static IEnumerable<CorpusDocument> ReadGroups(IEnumerable<string> lines, CorpusSource source, Action? leftOut) =>
        lines
            .Skip(source.HasHeader ? 1 : 0)
            .Select(line =>
                (IReadOnlyList<string>)(
                    source.File.EndsWith(".csv", StringComparison.Ordinal) ? DelimitedLine.SplitCsv(line) : line.Split('\t')
                )
            )
            .Where(cells => HasBoth(cells, source, leftOut))
            .GroupBy(cells => cells[source.GroupColumn], StringComparer.Ordinal)
            .Select(group => new CorpusDocument { Variants = [.. group.Select(cells => cells[source.TextColumn])] });

    private static bool HasBoth(IReadOnlyList<string> cells, CorpusSource source, Action? leftOut)
    {
        var both = cells.Count > Math.Max(source.TextColumn, source.GroupColumn);
        if (!both && cells.Any(cell => !string.IsNullOrWhiteSpace(cell)))
        {
            leftOut?.Invoke();
        }

        return both;
    }

    // Most lines of a list of synonyms that hold digits or dots are numbers and addresses in two spellings.
    private static bool IsWordPair(string[] cells) =>
        cells.Length >= 2 && cells.Take(2).All(cell => cell.Length > 1 && cell.All(c => char.IsLetter(c) || c is ' ' or '-'));

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    private static string[] Strings(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(Required)] : [];

    private static (string Heading, string Text)[] Couples(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(item => (Required(item[0]), Required(item[1])))] : [];

    private static string Required(JsonElement item) =>
        item.GetString() ?? throw new InvalidOperationException("null stands where a text is expected.");
}

/// <summary>Opens a file of text, plain or compressed with Brotli (<c>.br</c>).</summary>
internal static class CorpusFile
{
    /// <summary>The lines of a file.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="name">The file's name without <c>.br</c>; the plain file wins where both exist.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/> when neither exists.</exception>
    public static IEnumerable<string> ReadLines(string folder, string name)
    {
        using var reader = new StreamReader(Open(folder, name));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Where the files of some sources lie, plain and compressed ones, whether they exist or not.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="sources">The sources.</param>
    public static IEnumerable<string> PathsOf(string folder, IEnumerable<CorpusSource> sources) =>
        sources.Select(source => Path.Combine(folder, source.File)).SelectMany(plain => (string[])[plain, plain + ".br"]);

    private static Stream Open(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        if (RegularFile.Exists(plain))
        {
            return RegularFile.Open(plain);
        }

        if (RegularFile.Exists(plain + ".br"))
        {
            return new BrotliStream(RegularFile.Open(plain + ".br"), CompressionMode.Decompress);
        }

        throw new SimileException(
            ErrorCode.BadTrainingData,
            $"The corpus has neither {plain} nor {plain}.br. Name the folder that holds it, or take the file out of the recipe."
        );
    }
}

/// <summary>Splits one line of comma-separated values (RFC 4180, without line breaks inside a field).</summary>
internal static class DelimitedLine
{
    public static List<string> SplitCsv(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
            {
                // Between two quotes of an escaped quote the field counts as closed for a moment; the second one opens it again.
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
