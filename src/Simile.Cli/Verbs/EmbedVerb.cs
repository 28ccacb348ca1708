using System.CommandLine;
using System.Runtime.CompilerServices;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Multimodal;
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
        var inputs = new Argument<string[]>("input") { Description = "Texts, @files, @pictures, @folders of pictures, or - for standard input", Arity = ArgumentArity.OneOrMore };
        var output = VerbOptions.Named("--output", "Write to a file instead: .npy, .jsonl, .csv or .safetensors (with --lines and one @file also .db, SQLite; such a run, stopped and started again, goes on where it was)", "FILE");
        var dimensions = VerbOptions.MaybeNumber("--dimensions", "Cut vectors to this length, where the model was trained for it", 1, MaxDimensions);
        var raw = new Option<bool>("--no-normalize") { Description = "Do not scale vectors to length 1" };
        var purpose = VerbOptions.Choice("--purpose", "What the texts are, for models that treat queries and documents differently", EmbedPurpose.Unspecified);
        var restart = new Option<bool>("--restart") { Description = "Begin anew where a run with --lines was stopped, instead of continuing it" };
        var (lines, json) = (VerbOptions.Lines(), VerbOptions.Json());
        var verb = new Command("embed", "Turn texts and pictures into vectors") { inputs, output, lines, restart, dimensions, raw, purpose, json };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var arguments = parsed.GetValue(inputs)!;
            var kinds = ContentInputs.KindsOf(arguments);
            await using var opened = await model.OpenAsync(host, parsed, kinds, cancellationToken);
            var options = new EmbedOptions { Purpose = parsed.GetValue(purpose), Dimensions = parsed.GetValue(dimensions), Normalize = parsed.GetValue(raw) ? false : null };
            if (parsed.GetValue(lines) && parsed.GetValue(output) is { } target && opened.Texts is { } texts && TextInputs.FileOf(arguments) is { } file && kinds == Modality.Text)
            {
                return await BulkEmbed.RunAsync(host.Value, texts, file, target, options, parsed.GetValue(restart), cancellationToken);
            }

            var batches = EmbedAsync(opened.Embedder, ContentInputs.Read(arguments, parsed.GetValue(lines)).Chunk(kinds.HasFlag(Modality.Image) ? PicturesAtOnce : TextsAtOnce), options, cancellationToken);
            return parsed.GetValue(output) is { } path
                ? await WriteFileAsync(path, options.Dimensions ?? opened.Space.Dimensions, batches, cancellationToken)
                : await WriteLinesAsync(batches);
        });
    }

    private static async IAsyncEnumerable<EmbeddingBatch> EmbedAsync(ContentEmbedder embedder, IEnumerable<Content[]> parts, EmbedOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            yield return await embedder.EmbedAsync(part, options, cancellationToken);
        }
    }

    private static async Task<int> WriteLinesAsync(IAsyncEnumerable<EmbeddingBatch> batches)
    {
        using var output = new JsonLines();
        var (index, failed) = (0L, 0L);
        await foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Count; i++, index++)
            {
                var (row, outcome, number) = (i, batch.Outcomes[i], index);
                failed += outcome.Succeeded ? 0 : 1;
                output.Write(json =>
                {
                    json.WriteNumber("index", number);
                    if (outcome.Error is { } error)
                    {
                        JsonLines.WriteError(json, error);
                        return;
                    }

                    JsonLines.WriteVector(json, "embedding", batch[row]);
                    json.WriteNumber("tokens", outcome.TokensUsed);
                    json.WriteBoolean("truncated", outcome.Truncated);
                });
            }
        }

        return failed > 0 ? 1 : 0;
    }

    private static async Task<int> WriteFileAsync(string path, int dimensions, IAsyncEnumerable<EmbeddingBatch> batches, CancellationToken cancellationToken)
    {
        var failed = 0L;
        var count = await ProgressBar.RunAsync("Embedding", 0, report => VectorFiles.WriteAsync(path, dimensions, Rows(report), cancellationToken));
        Console.Error.WriteLine($"{count} vectors of {dimensions} values in {path}" + (failed > 0 ? $", {failed} without a vector" : string.Empty));
        return failed > 0 ? 1 : 0;

        async IAsyncEnumerable<VectorRow> Rows(Action<double, double> report)
        {
            var done = 0L;
            await foreach (var batch in batches)
            {
                foreach (var row in VectorRow.Of(batch))
                {
                    if (row.Error is { } error)
                    {
                        failed++;
                        Console.Error.WriteLine($"Input {done}: {error.Message}");
                    }

                    done++;
                    yield return row;
                }

                report(done, 0);
            }
        }
    }
}
