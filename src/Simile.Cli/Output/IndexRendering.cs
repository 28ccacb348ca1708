using System.Globalization;
using Simile.Ingestion;
using Simile.Search;

namespace Simile.Cli.Output;

/// <summary>What the building of an index did, for people and for programs.</summary>
internal static class IndexRendering
{
    private const int ProblemsAFile = 5;

    /// <summary>What could not be read, was guessed or was cut, on standard error.</summary>
    public static void WriteProblems(IndexReport report, bool verbose)
    {
        foreach (var file in report.Problems.GroupBy(problem => problem.Path, StringComparer.Ordinal))
        {
            var shown = verbose ? int.MaxValue : ProblemsAFile;
            foreach (var problem in file.Take(shown))
            {
                var message = problem.Message;
                Console.Error.WriteLine(
                    "Problem: "
                        + $"{(message.StartsWith(problem.Path, StringComparison.Ordinal) ? string.Empty : problem.Path + ": ")}{message} "
                        + $"({problem.Error!.Code})"
                );
            }

            if (file.Count() > shown)
            {
                Console.Error.WriteLine($"Problem: {file.Key}: {Counted(file.Count() - shown, "more problem")} (--verbose lists them).");
            }
        }

        if (report.Files == 0)
        {
            Console.Error.WriteLine("Note: nothing was indexed: no file of a kind that is read lies there.");
        }

        foreach (var note in report.Notes)
        {
            Console.Error.WriteLine($"Note: {note.Path}: {note.Message}");
        }

        if (report.WithoutVector > 0)
        {
            Console.Error.WriteLine(
                $"Note: {Counted(report.WithoutVector, "passage")} without a word that the model knows: found by words only."
            );
        }

        if (report.Truncated > 0)
        {
            Console.Error.WriteLine(
                $"Note: {Counted(report.Truncated, "passage")} cut to what the model reads: the rest is found by words only."
            );
        }
    }

    /// <summary>What was not taken: one line by kind, or each path.</summary>
    public static void WritePassedOver(IndexReport report, bool picturesFit, bool verbose)
    {
        var pictures = picturesFit
            ? 0
            : report.PassedOver.Count(passed => PictureFiles.IsPicture(passed.Path) && passed.Message.StartsWith('.'));
        if (pictures > 0)
        {
            Console.Error.WriteLine(
                $"Note: {Counted(pictures, "picture")} passed over, because no image model shares the space of this one ('simile "
                    + "models list'; --image-model)."
            );
        }

        var others = report
            .PassedOver.Where(passed => picturesFit || !PictureFiles.IsPicture(passed.Path) || !passed.Message.StartsWith('.'))
            .ToList();
        if (others.Count == 0)
        {
            return;
        }

        var kinds = KindsOf(others)
            .Select(kind => kind.Kind.StartsWith('.') ? $"{kind.Count:N0} {kind.Kind}" : Counted(kind.Count, kind.Kind));
        Console.Error.WriteLine($"Passed over: {string.Join(", ", kinds)}{(verbose ? ":" : " (--verbose lists them).")}");
        foreach (var passed in verbose ? report.PassedOver.OrderBy(passed => passed.Path, StringComparer.Ordinal).ToArray() : [])
        {
            Console.Error.WriteLine($"  {passed.Path} ({passed.Message})");
        }
    }

    public static void WriteText(IndexReport report)
    {
        var empty = report.Empty > 0 ? $", {report.Empty:N0} of them without text" : string.Empty;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Counted(report.Files, "file")}: {report.Changed:N0} new or changed ({Counted(report.Chunks, "chunk")}), "
                    + $"{report.Unchanged:N0} unchanged, {report.Unread:N0} not read{empty}; {report.Removed:N0} removed, "
                    + $"{WithProblems(report):N0} with problems"
            )
        );
    }

    public static void WriteJson(IndexReport report, bool verbose)
    {
        using var output = new JsonLines();
        output.Write(fields =>
        {
            fields.WriteNumber("files", report.Files);
            fields.WriteNumber("changed", report.Changed);
            fields.WriteNumber("unchanged", report.Unchanged);
            fields.WriteNumber("unread", report.Unread);
            fields.WriteNumber("empty", report.Empty);
            fields.WriteNumber("removed", report.Removed);
            fields.WriteNumber("chunks", report.Chunks);
            fields.WriteNumber("without_vector", report.WithoutVector);
            fields.WriteNumber("truncated", report.Truncated);
            fields.WriteNumber("problems", WithProblems(report));
            fields.WriteStartObject("passed_over");
            foreach (var (kind, count) in KindsOf(report.PassedOver))
            {
                fields.WriteNumber(kind, count);
            }

            fields.WriteEndObject();
            if (verbose)
            {
                fields.WriteStartArray("passed_over_paths");
                foreach (var passed in report.PassedOver)
                {
                    fields.WriteStringValue(passed.Path);
                }

                fields.WriteEndArray();
            }
        });
    }

    private static int WithProblems(IndexReport report) =>
        report.Problems.Select(problem => problem.Path).Distinct(StringComparer.Ordinal).Count();

    private static IEnumerable<(string Kind, int Count)> KindsOf(IEnumerable<IndexNote> passed) =>
        passed
            .GroupBy(one => one.Message, StringComparer.Ordinal)
            .Select(kind => (kind.Key, kind.Count()))
            .OrderByDescending(kind => kind.Item2)
            .ThenBy(kind => kind.Key, StringComparer.Ordinal);

    // "2 files without an ending"
    private static string Counted(int count, string thing)
    {
        var space = thing.StartsWith("file ", StringComparison.Ordinal) ? 4 : thing.Length;
        return string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? thing : thing.Insert(space, "s"))}");
    }
}
