using System.Diagnostics;
using Simile.Caching;
using Simile.Sqlite;

namespace Simile.Bench;

/// <summary>Measures a cache in a file.</summary>
internal static class SqliteBench
{
    private const int Entries = 50_000;
    private const int AtOnce = 64;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("simile-bench-");
        try
        {
            using var cache = SqliteCache.Open(Path.Combine(folder.FullName, "cache.db"));
            var (keys, value) = (CacheBench.Keys(2 * Entries), CacheBench.Value());
            var put = await TimeAsync(keys[..Entries], some => cache.SetAsync([.. some.Select(key => new CacheEntry(key, value))]));
            var hit = await TimeAsync(keys[..Entries], some => cache.GetAsync(some, new CachedEmbedding?[some.Length]));
            var miss = await TimeAsync(keys[Entries..], some => cache.GetAsync(some, new CachedEmbedding?[some.Length]));
            var tier = cache.Tiers[0];
            Console.WriteLine(
                $"{AtOnce} at once: {put:F1} us to put an entry in, {hit:F1} us a hit, {miss:F1} us a miss; "
                    + $"{(double)tier.Bytes / tier.Entries:F0} bytes of file an entry of 384 values"
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> TimeAsync(CacheKey[] keys, Func<CacheKey[], ValueTask> work)
    {
        var watch = Stopwatch.StartNew();
        foreach (var some in keys.Chunk(AtOnce))
        {
            await work(some);
        }

        return watch.Elapsed.TotalMicroseconds / keys.Length;
    }
}
