using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Multimodal;
using Simile.Pipelines.Bulk;
using Simile.Vectors;
using Simile.Vectors.Files;

namespace Simile.Cli.Verbs;

internal static class EmbedVerb
{
    private const int MaxDimensions = 1 << 20;
    private const int TextsAtOnce = 4096;
    private const int PicturesAtOnce = 64;

    public static Command Create(Lazy<SimileHost> host)
    {
        var inputs = new Argument<string[]>("input")
        {
            Description = "Texts, @files, @pictures, @folders, or - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = VerbOptions.Named(
            "--output",
            "Write to a file instead: .npy, .jsonl, .csv or .safetensors (with --lines and one @file also .db, SQLite; such a run, "
                + "stopped and started again, goes on where it was)",
            "FILE"
        );
        var dimensions = VerbOptions.MaybeNumber(
            "--dimensions",
            "Cut vectors to this length, where the model was trained for it",
            1,
            MaxDimensions
        );
        var raw = new Option<bool>("--no-normalize") { Description = "Do not scale vectors to length 1" };
        var purpose = VerbOptions.Choice(
            "--purpose",
            "What the texts are, for models that treat queries and documents differently",
            EmbedPurpose.Unspecified
        );
        var restart = new Option<bool>("--restart")
        {
            Description = "Begin anew where a run with --lines was stopped, instead of continuing it",
        };
        var (lines, json) = (VerbOptions.Lines(), VerbOptions.Json());
        var verb = new Command("embed", "Turn texts and pictures into vectors")
        {
            inputs,
            output,
            lines,
            restart,
            dimensions,
            raw,
            purpose,
            json,
        };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var arguments = parsed.GetValue(inputs)!;
                var kinds = ContentInputs.KindsOf(arguments);
                if (parsed.GetValue(output) is { } written)
                {
                    OutputGuard.Require(
                        written,
                        ContentInputs.FilesOf(arguments),
                        ".part",
                        ".progress",
                        ".errors.jsonl",
                        ".names",
                        ".part-journal",
                        ".part-wal"
                    );
                }

                await using var opened = await model.OpenAsync(host, parsed, kinds, cancellationToken);
                var notice = new CutNotice();
                var options = new EmbedOptions
                {
                    Purpose = parsed.GetValue(purpose),
                    Dimensions = parsed.GetValue(dimensions),
                    Normalize = parsed.GetValue(raw) ? false : null,
                };
                if (
                    parsed.GetValue(lines)
                    && parsed.GetValue(output) is { } target
                    && opened.Texts is { } texts
                    && TextInputs.FileOf(arguments) is { } file
                    && kinds == Modality.Text
                )
                {
                    var code = await BulkEmbed.RunAsync(
                        host.Value,
                        notice.Over(texts),
                        file,
                        target,
                        options,
                        parsed.GetValue(restart),
                        cancellationToken
                    );
                    notice.Tell();
                    return code;
                }

                var rows = EmbedAsync(
                    notice.Over(opened.Embedder),
                    arguments,
                    parsed.GetValue(lines),
                    kinds.HasFlag(Modality.Image) ? PicturesAtOnce : TextsAtOnce,
                    options,
                    cancellationToken
                );
                var exitCode = parsed.GetValue(output) is { } path
                    ? await WriteFileAsync(path, options.Dimensions ?? opened.Space.Dimensions, rows, cancellationToken)
                    : await WriteLinesAsync(rows);
                notice.Tell();
                return exitCode;
            },
            parsed =>
                parsed.GetValue(lines)
                && parsed.GetValue(output) is { } target
                && (File.Exists(target + ".progress") || File.Exists(target + ".part"))
                    ? "The lines that are done are kept; the same command goes on from there."
                    : null
        );
    }

    private static async IAsyncEnumerable<EmbeddedRow> EmbedAsync(
        ContentEmbedder embedder,
        string[] arguments,
        bool lines,
        int atOnce,
        EmbedOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            var part in ContentInputs.ReadAsync(arguments, lines, cancellationToken).Chunk(atOnce).WithCancellation(cancellationToken)
        )
        {
            var batch = await embedder.EmbedAsync(
                [.. part.Where(input => input.Content is not null).Select(input => input.Content!)],
                options,
                cancellationToken
            );
            for (var (i, row) = (0, 0); i < part.Length; i++)
            {
                yield return part[i].Content is null
                    ? new EmbeddedRow(part[i], default, new EmbeddingOutcome(0, 0, part[i].Error))
                    : new EmbeddedRow(part[i], batch.Block.Slice(row * batch.Dimensions, batch.Dimensions), batch.Outcomes[row++]);
            }
        }
    }

    private static async Task<int> WriteLinesAsync(IAsyncEnumerable<EmbeddedRow> rows)
    {
        using var output = new JsonLines();
        var (index, failed) = (0L, new FailedRows());
        await foreach (var row in rows)
        {
            output.Write(json => WriteRow(json, row, index));
            index++;
            if (row.Outcome.Error is { } error)
            {
                failed.Add(row.Input.Name, error);
            }
        }

        return failed.Tell();
    }

    private static void WriteRow(Utf8JsonWriter json, EmbeddedRow row, long index)
    {
        json.WriteNumber("index", index);
        if (row.Input.Id is { } id)
        {
            json.WriteString("id", id);
        }

        if (row.Outcome.Error is { } error)
        {
            if (row.Input.Line > 0)
            {
                json.WriteNumber("line", row.Input.Line);
            }

            JsonLines.WriteError(json, error);
            return;
        }

        JsonLines.WriteVector(json, "embedding", row.Vector.Span);
        json.WriteNumber("tokens", row.Outcome.TokensUsed);
        json.WriteBoolean("truncated", row.Outcome.Truncated);
    }

    private static async Task<int> WriteFileAsync(
        string path,
        int dimensions,
        IAsyncEnumerable<EmbeddedRow> rows,
        CancellationToken cancellationToken
    )
    {
        var (failed, names) = (new FailedRows(), new RowNames());
        var count = await ProgressBar.RunAsync(
            "Embedding",
            0,
            report => VectorFiles.WriteAsync(path, dimensions, Rows(report), cancellationToken)
        );
        names.Write(path);
        Console.Error.WriteLine(
            $"{Plural.Of(count, "vector")} of {Plural.Of(dimensions, "value")} in {SafeText.Line(path)}"
                + (failed.Count > 0 ? $", {failed.Count} without a vector" : string.Empty)
        );
        return failed.Tell();

        async IAsyncEnumerable<VectorRow> Rows(Action<double, double> report)
        {
            var done = 0L;
            await foreach (var row in rows)
            {
                names.Add(row.Input.Id);
                if (row.Outcome.Error is { } error)
                {
                    failed.Add(row.Input.Name, error);
                }

                yield return new VectorRow(row.Outcome.Error is null ? row.Vector : default, row.Outcome.Error) { Id = row.Input.Id };
                if (++done % TextsAtOnce == 0)
                {
                    report(done, 0);
                }
            }
        }
    }

    private sealed record EmbeddedRow(NamedInput Input, ReadOnlyMemory<float> Vector, EmbeddingOutcome Outcome);
}

/// <summary>'embed @FILE --lines --output FILE': a stream of lines of any length, continued where an earlier run was stopped.</summary>
internal static class BulkEmbed
{
    public static async Task<int> RunAsync(
        SimileHost host,
        IEmbedder<string> texts,
        string input,
        string output,
        EmbedOptions options,
        bool restart,
        CancellationToken cancellationToken
    )
    {
        var bulk = new BulkEmbedding(texts, new BulkOptions { Embed = options });
        var failed = new FailedRows();
        using var file = new Told(host.OpenBulkOutput(bulk, input, output, restart), input, failed);
        if (file.Position.Rows > 0)
        {
            Console.Error.WriteLine(
                $"Continuing an unfinished run: {Plural.Of(file.Position.Rows, "line")} {(file.Position.Rows == 1 ? "is" : "are")} "
                    + "done. (--restart begins anew.)"
            );
        }

        var report = await ProgressBar.RunAsync(
            "Embedding",
            0,
            tell => bulk.RunAsync(input, file, new Listener(tell), cancellationToken),
            bytes: true
        );
        Console.Error.WriteLine(
            $"{Plural.Of(report.Rows, "vector")} of {Plural.Of(bulk.Dimensions, "value")} in {SafeText.Line(output)}"
                + (report.Failed > 0 ? $", {report.Failed} without a vector{Listed(output)}" : string.Empty)
        );
        failed.Tell();
        return report.Failed > 0 ? 1 : 0;
    }

    private static string Listed(string output) => File.Exists(output + ".errors.jsonl") ? $" (see {output}.errors.jsonl)" : string.Empty;

    /// <summary>The output, whose failed rows are told by the lines of the input.</summary>
    private sealed class Told(IBulkOutput inner, string input, FailedRows failed) : IBulkOutput
    {
        public BulkPosition Position => inner.Position;

        public void Append(IReadOnlyList<VectorRow> rows, BulkPosition after)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Error is { } error)
                {
                    failed.Add($"{input} line {Position.Rows + i + 1}", error);
                }
            }

            inner.Append(rows, after);
        }

        public void Commit() => inner.Commit();

        public void Complete() => inner.Complete();

        public void Dispose() => inner.Dispose();
    }

    private sealed class Listener(Action<double, double> tell) : IProgress<BulkReport>
    {
        public void Report(BulkReport value) => tell(value.Bytes, value.InputBytes);
    }
}
