using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Simile.Caching;

namespace Simile.Sqlite.Tests;

/// <summary>Several processes write to one cache and are killed at random moments; what the cache still says is right, and it goes on
/// working.</summary>
public sealed class CacheProcessTests : IDisposable
{
    private const string Variable = "SIMILE_TEST_CACHE";
    private const int Keys = 4000;
    private const int Processes = 2;
    private const int Rounds = 3;
    private const long Bound = 3_000_000;
    private readonly TemporaryFolder _folder = new();

    // With the variable, this is what the killed processes run.
    [Fact]
    public async Task WritesOnceOrUntilItIsKilled()
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        using var cache = Open(path ?? _folder.File("alone.db"));
        var random = new Random(Environment.ProcessId);
        do
        {
            await UseAsync(cache, random);
        } while (path is not null);

        Assert.InRange(cache.Tiers[0].Entries, 30, 40);
    }

    [Fact]
    public async Task ProcessesShareAFileAndMayBeKilled()
    {
        var path = _folder.File("cache.db");
        using var own = Open(path);
        var (random, before) = (new Random(1), 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var processes = Enumerable.Range(0, Processes).Select(_ => Start(path)).ToArray();
            before = await AwaitGrowthAsync(path, before, processes);
            for (var i = 0; i < 20; i++)
            {
                await UseAsync(own, random);
            }

            await Task.Delay(random.Next(200));
            foreach (var process in processes)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                process.Dispose();
            }

            Assert.Equal("ok", Text(path, "PRAGMA integrity_check"));
        }

        await UseAsync(own, random);
        Assert.Equal(0, own.Tiers[0].Repairs);
        Assert.InRange(own.Tiers[0].Bytes, 1, Bound);
        Assert.Equal(Text(path, "SELECT count(*) FROM entries"), Text(path, "SELECT value FROM facts WHERE name = 'entries'"));
    }

    public void Dispose() => _folder.Dispose();

    private static SqliteCache Open(string path) =>
        SqliteCache.Open(path, new SqliteCacheOptions { MaxBytes = Bound, Busy = TimeSpan.FromMinutes(5) });

    // Looks up some keys, checks every answer, puts in what is missing.
    private static async Task UseAsync(SqliteCache cache, Random random)
    {
        var numbers = Enumerable.Range(0, 40).Select(_ => random.Next(Keys)).Distinct().ToArray();
        var found = new CachedEmbedding?[numbers.Length];
        await cache.GetAsync(Array.ConvertAll(numbers, KeyOf), found);
        for (var i = 0; i < numbers.Length; i++)
        {
            Assert.True(found[i] is null || found[i]!.Vector.Span.SequenceEqual(VectorOf(numbers[i])));
        }

        await cache.SetAsync([
            .. numbers
                .Where((_, i) => found[i] is null)
                .Select(number => new CacheEntry(KeyOf(number), new CachedEmbedding(VectorOf(number), number, number, false))),
        ]);
    }

    private static CacheKey KeyOf(int number) => new(SHA256.HashData(BitConverter.GetBytes(number)));

    private static float[] VectorOf(int number)
    {
        var random = new Random(number);
        return [.. Enumerable.Range(0, 384).Select(_ => random.NextSingle())];
    }

    // The highest id grows whenever anybody puts something in.
    private static async Task<long> AwaitGrowthAsync(string path, long before, Process[] processes)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var now = long.Parse(Text(path, "SELECT coalesce(max(id), 0) FROM entries"));
            if (now > before + 500)
            {
                return now;
            }

            Assert.True(
                watch.Elapsed < TimeSpan.FromMinutes(10) && processes.All(process => !process.HasExited),
                "The processes do not write."
            );
            await Task.Delay(50);
        }
    }

    private static string Text(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Default Timeout=300");
        connection.Open();
        using var command = connection.Prepare(sql);
        return command.ExecuteScalar()!.ToString()!;
    }

    private static Process Start(string path)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var argument in (string[])
                [
                    typeof(CacheProcessTests).Assembly.Location,
                    "--filter-method",
                    "*" + nameof(WritesOnceOrUntilItIsKilled),
                    "--progress",
                    "off",
                ]
        )
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Variable] = path;
        return Process.Start(start)!;
    }
}
