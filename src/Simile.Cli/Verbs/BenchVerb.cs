using System.CommandLine;
using System.Diagnostics;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Text;

namespace Simile.Cli.Verbs;

internal static class BenchVerb
{
    private const int SingleCalls = 2000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static Command Create(Lazy<SimileHost> host)
    {
        var corpus = new Option<string>("--corpus") { Description = "A file of texts: the texts of each line of a .tsv, the text field of a .jsonl, else each line", Required = true, HelpName = "FILE" };
        var json = VerbOptions.Json();
        var verb = new Command("bench", "Measure throughput, latency and peak memory of a model on a corpus, tokenizing included") { corpus, json };
        var model = new ModelOptions(verb);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var texts = BenchCorpus.Read(parsed.GetValue(corpus)!);
            var embedder = await model.OpenAsync(host, parsed, cancellationToken);
            var bulk = await MeasureBulkAsync(embedder, texts, cancellationToken);
            var latencies = await MeasureSingleAsync(embedder, texts, cancellationToken);
            BenchRendering.Write(parsed.GetValue(json), new BenchResult(
                model.Model(parsed), model.Compute(parsed), model.Threads(parsed), texts.Length, bulk.Tokens, bulk.Texts / bulk.Seconds, bulk.Tokens * (bulk.Texts / texts.Length) / bulk.Seconds,
                latencies[latencies.Length / 2], latencies[latencies.Length * 99 / 100], Process.GetCurrentProcess().PeakWorkingSet64 / 1e6));
            return 0;
        });
    }

    // The whole corpus again and again, after a first time that warms up, until five seconds are over.
    private static async Task<(double Texts, long Tokens, double Seconds)> MeasureBulkAsync(TextEmbedder embedder, string[] texts, CancellationToken cancellationToken)
    {
        var first = await embedder.EmbedAsync(texts, null, cancellationToken);
        var tokens = 0L;
        foreach (var outcome in first.Outcomes)
        {
            tokens += outcome.TokensUsed;
        }

        var (clock, done) = (Stopwatch.StartNew(), 0.0);
        while (clock.Elapsed < Longest || done == 0)
        {
            await embedder.EmbedAsync(texts, null, cancellationToken);
            done += texts.Length;
        }

        return (done, tokens, clock.Elapsed.TotalSeconds);
    }

    private static async Task<double[]> MeasureSingleAsync(TextEmbedder embedder, string[] texts, CancellationToken cancellationToken)
    {
        var milliseconds = new double[SingleCalls];
        for (var i = 0; i < SingleCalls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await embedder.EmbedAsync([texts[i % texts.Length]], null, cancellationToken);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(milliseconds);
        return milliseconds;
    }
}
