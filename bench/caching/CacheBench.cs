using System.Diagnostics;
using System.Security.Cryptography;
using Simile.Caching;
using Simile.Text;

namespace Simile.Bench;

/// <summary>Measures a memory cache.</summary>
internal static class CacheBench
{
    private const int Threads = 8;
    private const int Dimensions = 384;

    public static void Hits()
    {
        const int Entries = 50_000,
            Lookups = 1_000_000;
        var cache = new MemoryCache();
        var keys = Keys(Entries);
        Array.ForEach(keys, key => cache.SetAsync([new CacheEntry(key, Value())]).GetAwaiter().GetResult());
        for (var warm = 0; warm < 3; warm++)
        {
            Measure(cache, keys, Lookups / 10);
        }

        // Reading the clock costs as much as a hit: what an empty measurement gives is taken off.
        var empty = Median(Measure(null, keys, Lookups));
        var nanoseconds = Measure(cache, keys, Lookups);
        var (median, p99) = (Median(nanoseconds), nanoseconds[nanoseconds.Length * 99 / 100]);
        Console.WriteLine(
            $"{Threads} threads, {Environment.ProcessorCount} processors, {Entries} entries of {Dimensions} values: a hit takes "
                + $"{median:F0} ns in the median, {p99:F0} ns at the 99th percentile; of it the clock {empty:F0} ns"
        );
    }

    /// <summary>A whole call of one text that is in the cache: its key, the lookup, the answer.</summary>
    public static async Task CallsAsync(string model)
    {
        const int Calls = 300_000;
        await using var inner = await TextEmbedder.LoadAsync(model, new TextEmbedderOptions { Threads = 1 });
        using var cache = new MemoryCache();
        var embedder = CachingEmbedder.Over(inner, cache);
        var texts = Enumerable
            .Range(0, 200)
            .Select(i => $"The harbour froze in winter {i}, and the boats stayed where they were until spring came back.")
            .ToArray();
        await embedder.EmbedAsync(texts);
        var nanoseconds = new double[Calls];
        for (var i = 0; i < 2 * Calls; i++)
        {
            string[] input = [texts[i % texts.Length]];
            var start = Stopwatch.GetTimestamp();
            await embedder.EmbedAsync(input);
            nanoseconds[i % Calls] = (Stopwatch.GetTimestamp() - start) * 1e9 / Stopwatch.Frequency;
        }

        Array.Sort(nanoseconds);
        Console.WriteLine(
            $"a call of one text that is in the cache takes {Median(nanoseconds):F0} ns in the median, "
                + $"{nanoseconds[Calls * 99 / 100]:F0} ns at the 99th percentile"
        );
    }

    public static void Bound(CachePrecision precision)
    {
        const long Bytes = 256_000_000;
        const int Lookups = 10_000_000;
        var entryBytes = (Dimensions * (precision == CachePrecision.Float16 ? 2 : 4)) + 248;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = new MemoryCache(new MemoryCacheOptions { MaxBytes = Bytes, Precision = precision });
        var keys = Keys((int)(2 * Bytes / entryBytes));
        var (keysBytes, highest, watch) = (GC.GetTotalMemory(forceFullCollection: true) - before, 0L, Stopwatch.StartNew());
        Parallel.For(
            0,
            Threads,
            new ParallelOptions { MaxDegreeOfParallelism = Threads },
            worker =>
            {
                var random = new Random(worker);
                for (var i = 0; i < Lookups / Threads; i++)
                {
                    var key = keys[random.Next(keys.Length)];
                    if (cache.Find(key) is null)
                    {
                        cache.SetAsync([new CacheEntry(key, Value())]).GetAwaiter().GetResult();
                    }

                    if (i % 256 == 0 && cache.Bytes is var now && now > Volatile.Read(ref highest))
                    {
                        Volatile.Write(ref highest, now);
                    }
                }
            }
        );
        var (seconds, tier) = (watch.Elapsed.TotalSeconds, cache.Tiers[0]);
        var heap = GC.GetTotalMemory(forceFullCollection: true) - before - keysBytes;
        Console.WriteLine(
            $"{precision}: {Lookups} lookups in {seconds:F1} s, {keys.Length} keys, bound {Bytes}: highest {highest} "
                + $"({(double)highest / Bytes:P2}), hits {(double)tier.Hits / Lookups:P1}, entries {tier.Entries}"
        );
        Console.WriteLine(
            $"the heap holds {heap} bytes for it ({(double)heap / Bytes:P2} of the bound, {(double)heap / tier.Entries:F0} an entry)"
        );
        GC.KeepAlive(cache);
    }

    public static CacheKey[] Keys(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new CacheKey(SHA256.HashData(BitConverter.GetBytes(i))))];

    public static CachedEmbedding Value() => new(new float[Dimensions], 12, 12, Truncated: false);

    private static double[] Measure(MemoryCache? cache, CacheKey[] keys, int lookups)
    {
        var ticks = new long[Threads][];
        var ready = new Barrier(Threads);
        var workers = Enumerable
            .Range(0, Threads)
            .Select(worker => new Thread(() =>
            {
                var (own, random) = (new long[lookups / Threads], new Random(worker));
                ready.SignalAndWait();
                for (var i = 0; i < own.Length; i++)
                {
                    var key = keys[random.Next(keys.Length)];
                    var start = Stopwatch.GetTimestamp();
                    GC.KeepAlive(cache?.Find(key));
                    own[i] = Stopwatch.GetTimestamp() - start;
                }

                ticks[worker] = own;
            }))
            .ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return [.. ticks.SelectMany(own => own).Select(count => count * 1e9 / Stopwatch.Frequency).Order()];
    }

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];
}
