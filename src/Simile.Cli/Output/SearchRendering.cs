using System.Globalization;
using System.Text.Json;
using Simile.Ingestion;
using Simile.Search;
using Spectre.Console;

namespace Simile.Cli.Output;

/// <summary>Answers of a search, for people and for programs.</summary>
internal static class SearchRendering
{
    private const int LongestPassage = 400;
    private const string Indent = "   ";

    /// <summary>Writes one object a line; the reranker's score only where there was a reranker.</summary>
    public static void WriteJson(IReadOnlyList<SearchHit> hits)
    {
        var isReranked = hits.Any(hit => hit.RerankScore is not null);
        using var output = new JsonLines();
        foreach (var hit in hits)
        {
            output.Write(json =>
            {
                json.WriteNumber("rank", hit.Rank);
                json.WriteNumber("score", hit.Score);
                if (isReranked)
                {
                    WriteMaybe(json, "rerank_score", hit.RerankScore);
                }

                WriteMaybe(json, "cosine", hit.Cosine);
                WriteMaybe(json, "dense_rank", hit.DenseRank);
                WriteMaybe(json, "keyword_rank", hit.KeywordRank);
                json.WriteString("path", Shown(hit.Path));
                json.WriteNumber("start_line", hit.StartLine);
                json.WriteNumber("end_line", hit.EndLine);
                json.WriteString("place", hit.Place);
                json.WriteString("heading", hit.Heading);
                json.WriteString("text", hit.Text);
                json.WriteString("kind", hit.IsPicture ? "picture" : "text");
            });
        }
    }

    public static void WriteText(IReadOnlyList<SearchHit> hits)
    {
        if (hits.Count == 0)
        {
            Console.Error.WriteLine("Nothing found.");
        }

        foreach (var hit in hits)
        {
            WriteLine($"{hit.Rank}. ", "bold", $"{Shown(hit.Path)}{PlaceOf(hit)}", "green", "  " + FiguresOf(hit), "grey");
            if (hit.IsPicture)
            {
                continue;
            }

            if (hit.Heading.Length > 0)
            {
                WriteIndented(hit.Heading, "bold");
            }

            var passage = string.Join(' ', hit.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            WriteIndented(passage.Length > LongestPassage ? TextCut.Head(passage, LongestPassage) + " …" : passage, "default");
            Console.WriteLine();
        }
    }

    private static string PlaceOf(SearchHit hit) =>
        hit.IsPicture ? " (picture)"
        : hit.Place.Length > 0 ? $":{SafeText.Line(hit.Place)}"
        : $":{hit.StartLine}-{hit.EndLine}";

    // The fused score of a hybrid search says little by itself.
    private static string FiguresOf(SearchHit hit)
    {
        var score = hit.Score.ToString("F4", CultureInfo.InvariantCulture);
        var figures =
            hit.Cosine is { } cosine && Math.Abs(cosine - hit.Score) > 1e-4
                ? string.Create(CultureInfo.InvariantCulture, $"{score}  cosine {cosine:F2}")
                : score;
        return hit.RerankScore is { } reranked
            ? string.Create(CultureInfo.InvariantCulture, $"rerank {reranked:F4}  search {figures}")
            : figures;
    }

    private static void WriteMaybe(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // Lines of a pipe are never broken: what reads it counts them.
    private static void WriteLine(params ReadOnlySpan<string> textsAndStyles)
    {
        for (var i = 0; i < textsAndStyles.Length; i += 2)
        {
            if (Console.IsOutputRedirected)
            {
                Console.Write(textsAndStyles[i]);
            }
            else
            {
                AnsiConsole.Write(new Spectre.Console.Text(textsAndStyles[i], Style.Parse(textsAndStyles[i + 1])));
            }
        }

        Console.WriteLine();
    }

    private static void WriteIndented(string text, string style)
    {
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine(Indent + text);
        }
        else
        {
            AnsiConsole.Write(new Padder(new Spectre.Console.Text(text, Style.Parse(style)), new Padding(Indent.Length, 0, 0, 0)));
        }
    }

    /// <summary>Paths under the current folder are shown from there.</summary>
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
