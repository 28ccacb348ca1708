using System.CommandLine;
using System.Globalization;
using Simile.Cli.Output;
using Simile.Hosting;

namespace Simile.Cli.Verbs;

/// <summary>The indexes that 'search --in' makes: what there is, and away with it.</summary>
internal static class CacheVerb
{
    public static Command Create(Lazy<SimileHost> host) =>
        new("cache", "List and remove the indexes that 'search --in' keeps; they hold the texts of the files that were searched")
        {
            List(host),
            Clear(host),
        };

    private static Command List(Lazy<SimileHost> host)
    {
        var json = VerbOptions.Json();
        return new Command("list", "Every index: size, last use, and what it was made of") { json }.Does(
            async (parsed, cancellationToken) =>
            {
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                var indexes = await host.Value.Indexes.ListAsync(cancellationToken);
                foreach (var index in indexes)
                {
                    if (output is null)
                    {
                        Console.WriteLine(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{index.Bytes / 1e6, 9:F1} MB  {index.LastUsed:yyyy-MM-dd}  "
                                    + $"{(index.Paths.Count > 0 ? string.Join(", ", index.Paths) : index.File)}"
                            )
                        );
                    }

                    output?.Write(fields =>
                    {
                        fields.WriteString("file", index.File);
                        fields.WriteNumber("bytes", index.Bytes);
                        fields.WriteString("last_used", index.LastUsed.UtcDateTime);
                        fields.WriteStartArray("paths");
                        foreach (var path in index.Paths)
                        {
                            fields.WriteStringValue(path);
                        }

                        fields.WriteEndArray();
                    });
                }

                if (output is null)
                {
                    Console.Error.WriteLine(
                        $"{Plural.Of(indexes.Count, "index", "indexes")} in {host.Value.Indexes.Folder}. One that is not used for "
                            + $"{IndexCache.MaxAge.Days} days is removed, and the least recently used beyond "
                            + $"{IndexCache.MaxBytes / 1_000_000_000} GB."
                    );
                }

                return 0;
            }
        );
    }

    private static Command Clear(Lazy<SimileHost> host)
    {
        var olderThan = new Option<TimeSpan?>("--older-than")
        {
            Description = "Only what was not used for so long: 30d, 2w or 12h",
            HelpName = "TIME",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (TryParse(text) is { } time)
                {
                    return time;
                }

                result.AddError(
                    $"--older-than takes a number of hours, days or weeks (12h, 30d, 2w), but {SafeText.Quote(text)} was given."
                );
                return null;
            },
        };
        var json = VerbOptions.Json();
        return new Command("clear", "Remove the indexes that no program has open") { olderThan, json }.Does(
            (parsed, _) =>
            {
                var (removed, freed, inUse) = host.Value.Indexes.Clear(parsed.GetValue(olderThan));
                if (!parsed.GetValue(json))
                {
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{removed} removed, {freed / 1e6:F1} MB are free again{(inUse > 0 ? $"; {inUse} in use stay" : string.Empty)}."
                        )
                    );
                    return Task.FromResult(0);
                }

                using var output = new JsonLines();
                output.Write(fields =>
                {
                    fields.WriteNumber("removed", removed);
                    fields.WriteNumber("freed_bytes", freed);
                    fields.WriteNumber("in_use", inUse);
                });
                return Task.FromResult(0);
            }
        );
    }

    private static TimeSpan? TryParse(string text)
    {
        const int MaxHours = 24 * 36500;
        var hours =
            text.Length == 0
                ? 0
                : text[^1] switch
                {
                    'h' => 1,
                    'd' => 24,
                    'w' => 24 * 7,
                    _ => 0,
                };
        return
            hours > 0
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= MaxHours / hours
            ? TimeSpan.FromHours(number * hours)
            : null;
    }
}
