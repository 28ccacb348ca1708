using System.Diagnostics;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Images;
using Simile.Ingestion;

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
