using System.Globalization;
using Simile.Ingestion;
using Simile.Search;
using Spectre.Console;

namespace Simile.Cli.Output;

/// <summary>Answers of a search, for people and for programs.</summary>
internal static class SearchRendering
{
    private const int LongestPassage = 400;

    public static void WriteJson(IReadOnlyList<SearchHit> hits)
    {
        using var output = new JsonLines();
        foreach (var hit in hits)
        {
            output.Write(json =>
            {
                json.WriteNumber("rank", hit.Rank);
                json.WriteNumber("score", hit.Score);
                json.WriteString("path", Shown(hit.Path));
                json.WriteNumber("start_line", hit.StartLine);
                json.WriteNumber("end_line", hit.EndLine);
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
            var score = hit.Score.ToString("F4", CultureInfo.InvariantCulture);
            AnsiConsole.MarkupLineInterpolated($"[bold]{hit.Rank}.[/] [green]{Shown(hit.Path)}{(hit.IsPicture ? " (picture)" : $":{hit.StartLine}-{hit.EndLine}")}[/]  [grey]{score}[/]");
            if (hit.IsPicture)
            {
                continue;
            }

            if (hit.Heading.Length > 0)
            {
                AnsiConsole.MarkupLineInterpolated($"   [bold]{hit.Heading}[/]");
            }

            var passage = string.Join(' ', hit.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            AnsiConsole.WriteLine("   " + (passage.Length > LongestPassage ? TextCut.Head(passage, LongestPassage) + " …" : passage));
            AnsiConsole.WriteLine();
        }
    }

    /// <summary>Paths under the current folder are shown from there.</summary>
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
