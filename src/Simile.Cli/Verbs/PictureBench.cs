using System.Diagnostics;
using System.Globalization;
using Simile.Batching;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Images;
using Simile.Ingestion;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Cli.Verbs;

/// <summary>'bench' over a folder of pictures: throughput from file to vector, and where the time goes.</summary>
internal static class PictureBench
{
    private const int SingleCalls = 200;
    private const int PicturesAtOnce = 256;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The pictures of a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadEvaluationData"/> when there is none.</exception>
    public static ImageInput[] Read(string folder) =>
        DocumentFinder.Find([folder], PictureFiles.IsPicture) is { Count: > 0 } paths
            ? [.. paths.Select(ImageInput.FromFile)]
            : throw new SimileException(ErrorCode.BadEvaluationData, $"{folder} holds no picture to measure with.");

    /// <summary>Measures.</summary>
    /// <param name="open">Opens the model; it tells what each group of pictures cost.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cancellationToken">Stops between groups.</param>
    public static async Task<PictureBenchResult> MeasureAsync(
        Func<Action<ImageTimes>, Task<EmbeddingModel>> open,
        ImageInput[] pictures,
        CancellationToken cancellationToken
    )
    {
        var stages = new StageTimes();
        await using var model = await open(stages.Add);
        var embedder =
            model.ImageModel
            ?? throw new SimileException(ErrorCode.UnsupportedModality, "The model embeds no pictures. Use one that does (--model).");
        var first = await embedder.EmbedAsync(pictures[..Math.Min(pictures.Length, PicturesAtOnce)], null, cancellationToken);
        RequireGood(first.Outcomes.ToArray().Select(outcome => outcome.Error), pictures);
        stages.Clear();
        var (clock, done) = (Stopwatch.StartNew(), 0);
        while (clock.Elapsed < Longest || done == 0)
        {
            foreach (var part in pictures.Chunk(PicturesAtOnce))
            {
                await embedder.EmbedAsync(part, null, cancellationToken);
                done += part.Length;
            }
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var (decode, prepare, forward) = stages.EachInMilliseconds();
        var latencies = await MeasureSingleAsync(embedder, pictures, cancellationToken);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        return new PictureBenchResult(
            pictures.Length,
            done / seconds,
            decode,
            prepare,
            forward,
            latencies[latencies.Length / 2],
            latencies[latencies.Length * 99 / 100],
            peak
        );
    }

    // Failed pictures would be fast ones.
    private static void RequireGood(IEnumerable<SimileException?> errors, ImageInput[] pictures)
    {
        foreach (var (error, i) in errors.Select((error, i) => (error, i)).Where(pair => pair.error is not null))
        {
            throw new SimileException(error!.Code, $"{pictures[i].Name} cannot be measured: {error.Description}", error);
        }
    }

    private static async Task<double[]> MeasureSingleAsync(
        ImageEmbedder embedder,
        ImageInput[] pictures,
        CancellationToken cancellationToken
    )
    {
        var (milliseconds, clock) = (new List<double>(SingleCalls), Stopwatch.StartNew());
        for (var i = 0; i < SingleCalls && (clock.Elapsed < Longest || i == 0); i++)
        {
            var start = Stopwatch.GetTimestamp();
            await embedder.EmbedAsync([pictures[i % pictures.Length]], null, cancellationToken);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        milliseconds.Sort();
        return [.. milliseconds];
    }

    private sealed class StageTimes
    {
        private ImageTimes _sum;

        public void Add(ImageTimes times) =>
            _sum = new ImageTimes(
                _sum.Images + times.Images,
                _sum.Decode + times.Decode,
                _sum.Prepare + times.Prepare,
                _sum.Ready + times.Ready,
                _sum.Forward + times.Forward
            );

        public void Clear() => _sum = default;

        public (double Decode, double Prepare, double Forward) EachInMilliseconds() =>
            (
                _sum.Decode.TotalMilliseconds / _sum.Images,
                _sum.Prepare.TotalMilliseconds / _sum.Images,
                _sum.Forward.TotalMilliseconds / _sum.Images
            );
    }
}

/// <summary>'bench --callers N': N callers who each wait for one text after the other, through a batching embedder, beside one bulk
/// call.</summary>
/// <remarks>The two are measured in turns, so that a machine that others use too is the same for both.</remarks>
internal static class CallersBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(
        IEmbedder<string> embedder,
        string[] texts,
        int callers,
        BatchingOptions options,
        bool asJson,
        CancellationToken cancellationToken
    )
    {
        var batches = new List<BatchingEvent>();
        await using var batching = new BatchingEmbedder<string>(
            embedder,
            options with
            {
                Observe = happened =>
                {
                    lock (batches)
                    {
                        batches.Add(happened);
                    }
                },
            }
        );
        await BulkAsync(embedder, texts, TimeSpan.Zero, cancellationToken);
        await CallAsync(batching, texts, callers, Slice, [], cancellationToken);
        batches.Clear();
        var (bulk, single, latencies) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bulk.Add(await BulkAsync(embedder, texts, Slice, cancellationToken));
            single.Add(await CallAsync(batching, texts, callers, Slice, latencies, cancellationToken));
        }

        latencies.Sort();
        Write(asJson, texts.Length, callers, bulk.Order().ElementAt(Rounds / 2), single.Order().ElementAt(Rounds / 2), latencies, batches);
    }

    // One call with the texts that the callers would have under way together, again and again.
    private static async Task<double> BulkAsync(
        IEmbedder<string> embedder,
        string[] texts,
        TimeSpan slice,
        CancellationToken cancellationToken
    )
    {
        var (clock, done) = (Stopwatch.StartNew(), 0L);
        do
        {
            await embedder.EmbedAsync(texts, null, cancellationToken);
            done += texts.Length;
        } while (clock.Elapsed < slice);
        return done / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> CallAsync(
        BatchingEmbedder<string> embedder,
        string[] texts,
        int callers,
        TimeSpan slice,
        List<double> latencies,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        var each = await Task.WhenAll(
            Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallerAsync(caller), cancellationToken))
        );
        var seconds = clock.Elapsed.TotalSeconds;
        latencies.AddRange(each.SelectMany(own => own));
        return each.Sum(own => own.Count) / seconds;

        async Task<List<double>> CallerAsync(int caller)
        {
            var own = new List<double>();
            for (var i = caller; clock.Elapsed < slice; i += callers)
            {
                var start = Stopwatch.GetTimestamp();
                await embedder.EmbedAsync([texts[i % texts.Length]], null, cancellationToken);
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return own;
        }
    }

    private static void Write(
        bool asJson,
        int texts,
        int callers,
        double bulk,
        double single,
        List<double> latencies,
        List<BatchingEvent> batches
    )
    {
        var (p50, p99) = (latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 99L / 100)]);
        var inputs = batches.Average(batch => (double)batch.Inputs);
        if (!asJson)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    one call       {bulk:N0} texts/s ({texts} texts)
                    {callers, 4} callers   {single:N0} texts/s, {single / bulk:P1} of one call, in batches of {inputs:F0}
                    each           p50 {p50:F3} ms, p99 {p99:F3} ms ({p99 / p50:F1} times the p50)
                    """
                )
            );
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteNumber("callers", callers);
            json.WriteNumber("bulk_texts_per_s", Math.Round(bulk));
            json.WriteNumber("callers_texts_per_s", Math.Round(single));
            json.WriteNumber("share_of_bulk", Math.Round(single / bulk, 4));
            json.WriteNumber("inputs_per_batch", Math.Round(inputs, 1));
            json.WriteNumber("p50_ms", p50);
            json.WriteNumber("p99_ms", p99);
        });
    }
}
