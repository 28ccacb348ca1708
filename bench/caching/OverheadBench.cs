using System.Diagnostics;
using System.Diagnostics.Metrics;
using Simile.Batching;
using Simile.Caching;
using Simile.Monitoring;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Bench;

/// <summary>Measures what Monitor(Cache(Batch(model))) adds to a call when nothing is in the cache.</summary>
internal static class OverheadBench
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(string model)
    {
        await using var bare = await TextEmbedder.LoadAsync(model, new TextEmbedderOptions { Threads = 1 });
        using var monitor = new EmbeddingMonitor();
        using var cache = new MemoryCache();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        listener.Start();
        monitor.Watch(cache);
        await using var batching = new BatchingEmbedder<string>(bare, new BatchingOptions { Observe = monitor.RecordBatching });
        var wrapped = new MonitoringEmbedder<string>(
            CachingEmbedder.Over(batching, cache, new CachingOptions { Observer = monitor.RecordCaching }),
            monitor,
            "bench"
        );
        var next = 0;
        foreach (var texts in (int[])[1, 32])
        {
            next = await CompareAsync(bare, wrapped, texts, next);
        }
    }

    // In turns and in either order, since other work on the machine comes and goes; the medians are compared.
    private static async Task<int> CompareAsync(IEmbedder<string> bare, IEmbedder<string> wrapped, int texts, int next)
    {
        var (plain, added, watch) = (new List<double>(), new List<double>(), Stopwatch.StartNew());
        for (var turn = 0; watch.Elapsed < Longest; turn++)
        {
            var inputs = Enumerable
                .Range(next, texts)
                .Select(i => $"The harbour froze in winter {i}, and the boats stayed where they were until spring came back.")
                .ToArray();
            next += texts;
            if (turn % 2 == 0)
            {
                plain.Add(await TimeAsync(bare, inputs));
                added.Add(await TimeAsync(wrapped, inputs));
            }
            else
            {
                added.Add(await TimeAsync(wrapped, inputs));
                plain.Add(await TimeAsync(bare, inputs));
            }
        }

        var (without, with) = (Median(plain), Median(added));
        Console.WriteLine(
            $"{texts} texts a call, {plain.Count} calls each: {without:F3} ms without, {with:F3} ms with monitor, cache and batching, "
                + $"every text a miss ({(with / without) - 1:P1})"
        );
        return next;
    }

    private static async Task<double> TimeAsync(IEmbedder<string> embedder, string[] inputs)
    {
        var start = Stopwatch.GetTimestamp();
        await embedder.EmbedAsync(inputs);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
