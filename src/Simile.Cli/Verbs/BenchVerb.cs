using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Simile.Batching;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Engine.Products;
using Simile.Hosting;
using Simile.Models;
using Simile.Text;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Cli.Verbs;

internal static class BenchVerb
{
    private const int MaxCallers = 100_000;
    private const int SingleCalls = 2000;
    private const int SampledTexts = 256;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static Command Create(Lazy<SimileHost> host)
    {
        var corpus = VerbOptions.Required(
            "--corpus",
            "A file of texts (the texts of each line of a .tsv, the text field of a .jsonl, else each line), or a folder of pictures",
            "FILE|FOLDER"
        );
        var (tokenizer, json) = (
            new Option<bool>("--tokenizer") { Description = "Measure the tokenizer alone, on one thread" },
            VerbOptions.Json()
        );
        var callers = VerbOptions.MaybeNumber(
            "--callers",
            "Measure this many callers of single texts, whose calls share batches, beside one bulk call",
            1,
            MaxCallers
        );
        var workers = VerbOptions.Number(
            "--workers",
            "With --callers: batches that run at the same time",
            new BatchingOptions().Workers,
            1,
            VerbOptions.MaxThreads
        );
        var verb = new Command(
            "bench",
            "Measure throughput, latency and peak memory of a model on a corpus, tokenizing or decoding included"
        )
        {
            corpus,
            tokenizer,
            callers,
            workers,
            json,
        };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                if (Directory.Exists(parsed.GetValue(corpus)))
                {
                    var pictures = PictureBench.Read(parsed.GetValue(corpus)!);
                    var result = await PictureBench.MeasureAsync(
                        observe => model.OpenAsync(host, parsed, Modality.Image, cancellationToken, observe),
                        pictures,
                        cancellationToken
                    );
                    BenchRendering.Write(
                        parsed.GetValue(json),
                        model.Model(parsed),
                        model.Arithmetic(parsed),
                        model.Threads(parsed),
                        result
                    );
                    return 0;
                }

                var texts = await BenchCorpus.ReadAsync(parsed.GetValue(corpus)!, cancellationToken);
                await using var opened = await model.OpenAsync(host, parsed, Modality.Text, cancellationToken);
                var embedder = opened.Texts!;
                if (parsed.GetValue(tokenizer))
                {
                    TokenizerBench.Run(opened.TextModel!.Tokenizer, texts, parsed.GetValue(json));
                    return 0;
                }

                if (parsed.GetValue(callers) is { } count)
                {
                    await CallersBench.RunAsync(
                        embedder,
                        texts,
                        Math.Max(1, count),
                        new BatchingOptions { Workers = parsed.GetValue(workers) },
                        parsed.GetValue(json),
                        cancellationToken
                    );
                    return 0;
                }

                var bulk = await MeasureBulkAsync(embedder, texts, cancellationToken);
                var latencies = await MeasureSingleAsync(embedder, texts, cancellationToken);
                var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
                var agreement =
                    model.Compute(parsed) == ComputePrecision.Float32
                        ? null
                        : await AgreementAsync(host, model, parsed, embedder, texts, cancellationToken);
                BenchRendering.Write(
                    parsed.GetValue(json),
                    new BenchResult(
                        model.Model(parsed),
                        model.Arithmetic(parsed),
                        model.Threads(parsed),
                        texts.Length,
                        bulk.Tokens,
                        bulk.Texts / bulk.Seconds,
                        bulk.Tokens * (bulk.Texts / texts.Length) / bulk.Seconds,
                        latencies[latencies.Length / 2],
                        latencies[latencies.Length * 99 / 100],
                        peak,
                        agreement
                    )
                );
                return 0;
            }
        );
    }

    // The whole corpus again and again, after a first time that warms up, until five seconds are over.
    private static async Task<(double Texts, long Tokens, double Seconds)> MeasureBulkAsync(
        IEmbedder<string> embedder,
        string[] texts,
        CancellationToken cancellationToken
    )
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

    private static async Task<double[]> MeasureSingleAsync(IEmbedder<string> embedder, string[] texts, CancellationToken cancellationToken)
    {
        var (milliseconds, clock) = (new List<double>(SingleCalls), Stopwatch.StartNew());
        for (var i = 0; i < SingleCalls && (clock.Elapsed < Longest || i == 0); i++)
        {
            var start = Stopwatch.GetTimestamp();
            await embedder.EmbedAsync([texts[i % texts.Length]], null, cancellationToken);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        milliseconds.Sort();
        return [.. milliseconds];
    }

    // How far the vectors are from those of 32-bit floats: the lowest and the mean cosine over some texts of the corpus.
    private static async Task<(double Lowest, double Mean)?> AgreementAsync(
        Lazy<SimileHost> host,
        ModelOptions model,
        ParseResult parsed,
        IEmbedder<string> embedder,
        string[] texts,
        CancellationToken cancellationToken
    )
    {
        var sample = texts.Where((_, i) => i % Math.Max(1, texts.Length / SampledTexts) == 0).Take(SampledTexts).ToArray();
        await using var exact = await host.Value.OpenModelAsync(
            model.Model(parsed),
            new EmbeddingModelOptions { Needs = Modality.Text, Threads = model.Threads(parsed) },
            cancellationToken
        );
        var (ours, wanted) = (
            await embedder.EmbedAsync(sample, null, cancellationToken),
            await exact.Texts!.EmbedAsync(sample, null, cancellationToken)
        );
        var cosines = Enumerable
            .Range(0, sample.Length)
            .Where(i => ours.Outcomes[i].Succeeded)
            .Select(i => (double)Similarity.Cosine(ours[i], wanted[i]))
            .ToList();
        return cosines.Count == 0 ? null : (cosines.Min(), cosines.Average());
    }
}

/// <summary>Measures a tokenizer alone, on one thread, in megabytes of UTF-8 a second.</summary>
internal static class TokenizerBench
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static void Run(ITokenizer tokenizer, string[] texts, bool asJson)
    {
        var tokens = new TokenBuffer();
        var count = TokenizeAll(tokenizer, texts, tokens);
        var megabytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text)) / 1e6;
        var (clock, rounds) = (Stopwatch.StartNew(), 0);
        do
        {
            TokenizeAll(tokenizer, texts, tokens);
            rounds++;
        } while (clock.Elapsed < Longest);

        var rate = megabytes * rounds / clock.Elapsed.TotalSeconds;
        if (!asJson)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Plural.Of(texts.Length, "text")}, {megabytes:F2} MB, {Plural.Of(count, "token")}: {rate:F1} MB/s on one thread"
                )
            );
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteNumber("texts", texts.Length);
            json.WriteNumber("tokens", count);
            json.WriteNumber("megabytes_per_s", Math.Round(rate, 2));
        });
    }

    private static long TokenizeAll(ITokenizer tokenizer, string[] texts, TokenBuffer tokens)
    {
        var count = 0L;
        foreach (var text in texts)
        {
            tokens.Clear();
            tokenizer.Tokenize(text, tokens);
            count += tokens.Count;
        }

        return count;
    }
}

/// <summary>The texts of a corpus for measuring.</summary>
internal static class BenchCorpus
{
    /// <summary>Each line; of a .tsv file each cell that is no number; of a .jsonl file the text field.</summary>
    public static async Task<string[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in TextInputs.ReadLinesAsync(TextInputs.RequireFile(path), cancellationToken))
        {
            lines.Add(
                line.Content?.Text ?? throw new SimileException(line.Error!.Code, $"{line.Name}: {line.Error.Description}", line.Error)
            );
        }

        var texts =
            Path.GetExtension(path) == ".tsv"
                ? lines
                    .SelectMany(line => line.Split('\t'))
                    .Where(cell => !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                : lines;
        string[] kept = [.. texts.Where(text => !string.IsNullOrWhiteSpace(text))];
        return kept.Length > 0 ? kept : throw new SimileException(ErrorCode.BadEvaluationData, $"{path} holds no text to measure with.");
    }
}
