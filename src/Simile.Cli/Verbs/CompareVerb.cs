using System.CommandLine;
using System.Globalization;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Cli.Verbs;

internal static class CompareVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var (first, second) = (
            new Argument<string>("a") { Description = "A text, @file, @picture or -" },
            new Argument<string>("b") { Description = "A text, @file, @picture or -" }
        );
        var json = VerbOptions.Json();
        var lines = new Option<bool>("--lines")
        {
            Description = "Compare two files line for line (or the text fields of a .jsonl), or one text with every line of a file",
        };
        var verb = new Command(
            "compare",
            "Say how alike two texts or pictures are, or one of each: the cosine of their vectors, from -1 to 1"
        )
        {
            first,
            second,
            lines,
            json,
        };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                string[] arguments = [parsed.GetValue(first)!, parsed.GetValue(second)!];
                await using var opened = await model.OpenAsync(host, parsed, ContentInputs.KindsOf(arguments), cancellationToken);
                var notice = new CutNotice();
                if (parsed.GetValue(lines))
                {
                    var sides = new NamedInput[2][];
                    for (var i = 0; i < sides.Length; i++)
                    {
                        sides[i] = await ContentInputs
                            .ReadAsync([arguments[i]], lines: true, cancellationToken)
                            .ToArrayAsync(cancellationToken);
                    }

                    using var rows = parsed.GetValue(json) ? new JsonLines() : null;
                    var exitCode = await CompareLinesAsync(notice.Over(opened.Embedder), sides[0], sides[1], rows, cancellationToken);
                    notice.Tell();
                    return exitCode;
                }

                var batch = await notice
                    .Over(opened.Embedder)
                    .EmbedAsync(Array.ConvertAll(arguments, ContentInputs.ReadOne), null, cancellationToken);
                notice.Tell();
                for (var i = 0; i < arguments.Length; i++)
                {
                    if (batch.Outcomes[i].Error is { } error)
                    {
                        throw new SimileException(
                            error.Code,
                            $"{(arguments[i].StartsWith('@') ? arguments[i][1..] : i == 0 ? "The first text" : "The second text")}: "
                                + $"{error.Description}",
                            error
                        );
                    }
                }

                var similarity = Similarity.Measure(batch, 0, batch, 1);
                if (!parsed.GetValue(json))
                {
                    Console.WriteLine(similarity.ToString("F4", CultureInfo.InvariantCulture));
                    return 0;
                }

                using var output = new JsonLines();
                output.Write(fields =>
                {
                    fields.WriteNumber("similarity", similarity);
                    fields.WriteString("space", batch.Space.ToString());
                });
                return 0;
            }
        );
    }

    // One input on a side is compared with each of the other.
    private static async Task<int> CompareLinesAsync(
        ContentEmbedder embedder,
        NamedInput[] first,
        NamedInput[] second,
        JsonLines? output,
        CancellationToken cancellationToken
    )
    {
        if (first.Length != second.Length && first.Length != 1 && second.Length != 1)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"Line for line is compared, but the first input has {Plural.Of(first.Length, "line")} and the second "
                    + $"{second.Length}. Give files of equal length, or one text and one file."
            );
        }

        NamedInput[] all = [.. first, .. second];
        var readable = all.Where(input => input.Content is not null).ToArray();
        var batch = await embedder.EmbedAsync([.. readable.Select(input => input.Content!)], null, cancellationToken);
        var rows = readable
            .Select((input, row) => (input, row))
            .ToDictionary(pair => (object)pair.input, pair => pair.row, ReferenceEqualityComparer.Instance);
        var failed = new FailedRows();
        for (var i = 0; i < Math.Max(first.Length, second.Length) && first.Length > 0 && second.Length > 0; i++)
        {
            NamedInput[] pair = [first[first.Length == 1 ? 0 : i], second[second.Length == 1 ? 0 : i]];
            var errors = Array.ConvertAll(pair, input => input.Error ?? batch.Outcomes[rows[input]].Error);
            var wrong = Array.FindIndex(errors, error => error is not null);
            if (wrong >= 0)
            {
                failed.Add(pair[wrong].Name, errors[wrong]!);
            }

            Write(
                output,
                i,
                wrong < 0 ? Similarity.Measure(batch, rows[pair[0]], batch, rows[pair[1]]) : null,
                wrong < 0 ? null : errors[wrong]
            );
        }

        return failed.Tell();
    }

    // Every pair has its line, so that the lines of the answer are those of the files.
    private static void Write(JsonLines? output, int index, double? similarity, SimileException? error)
    {
        if (output is null)
        {
            Console.WriteLine(similarity?.ToString("F4", CultureInfo.InvariantCulture) ?? "-");
            return;
        }

        output.Write(fields =>
        {
            fields.WriteNumber("index", index);
            if (similarity is { } value)
            {
                fields.WriteNumber("similarity", value);
            }
            else
            {
                JsonLines.WriteError(fields, error!);
            }
        });
    }
}
