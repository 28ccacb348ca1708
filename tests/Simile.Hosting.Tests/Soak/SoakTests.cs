using System.Globalization;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.HostedModels;
using Simile.Monitoring;
using Simile.Sqlite;
using Simile.Text;

namespace Simile.Hosting.Tests.Soak;

/// <summary>The whole stack, as a host builds it, under mixed callers, cancellations, bad inputs and crashes, for a minute, or for as many
/// seconds as SIMILE_SOAK_SECONDS says.</summary>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Callers = 16;
    private const int MemoryGrowth = 24_000_000;
    private static readonly TimeSpan BatchTimeout = TimeSpan.FromMilliseconds(250);
    private readonly TemporaryFolder _folder = new();
    private readonly MeterTally _meters = new();
    private readonly SoakTally _tally = new();

    public void Dispose()
    {
        _meters.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task NoAnswerIsLostOrSwappedAndEverythingAddsUp()
    {
        using var monitor = new EmbeddingMonitor(null, null, _meters);
        using var cache = new TieredCache(
            new MemoryCache(new MemoryCacheOptions { MaxBytes = 2_000_000 }),
            SqliteCache.Open(_folder.File("soak.db"), new SqliteCacheOptions { MaxBytes = 4_000_000 })
        );
        await using var model = await TextEmbedder.LoadAsync(
            RepositoryRoot.Find("models", "simile-text-mini"),
            new TextEmbedderOptions { Threads = 1 }
        );
        var unreliable = new UnreliableEmbedder(model);
        await using var tower = new DecoratedEmbedder<string>(
            unreliable,
            new BatchingOptions
            {
                Workers = 2,
                QueueCapacity = 320,
                BatchTimeout = BatchTimeout,
            },
            cache,
            new TextKey(),
            monitor,
            "soak"
        );
        var growth = await RunAsync(tower, model, unreliable);
        Report(unreliable, growth, cache);
        Assert.Empty(_tally.Faults);
        await SettleAsync(tower);
        CheckCounters(tower, unreliable);
        Assert.InRange(growth, long.MinValue, MemoryGrowth);
    }

    // Returns by how much memory grew after the first third, in which caches and pools fill.
    private async Task<long> RunAsync(DecoratedEmbedder<string> tower, TextEmbedder model, UnreliableEmbedder unreliable)
    {
        var length = TimeSpan.FromSeconds(
            int.Parse(Environment.GetEnvironmentVariable("SIMILE_SOAK_SECONDS") ?? "60", CultureInfo.InvariantCulture)
        );
        using var end = new CancellationTokenSource(length);
        var callers = Enumerable
            .Range(0, Callers)
            .Select(seed => Task.Run(() => new SoakCaller(tower, model, _tally, seed).RunAsync(GoesOn)))
            .ToArray();
        await Task.WhenAny(Task.Delay(length / 3), Task.WhenAll(callers));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        // Far longer than any call may take: a caller that waits on has lost its answer.
        await Task.WhenAll(callers).WaitAsync(length + TimeSpan.FromMinutes(10));
        return GC.GetTotalMemory(forceFullCollection: true) - before;

        // On a slow machine it takes longer until everything that can go wrong has gone wrong.
        bool GoesOn() => !end.IsCancellationRequested || unreliable is not { Crashes: > 0, Hangs: > 0 };
    }

    // A batch that hangs still, or a timer that has just answered its caller, is told of a moment later.
    private async Task SettleAsync(DecoratedEmbedder<string> tower)
    {
        await tower.DisposeAsync();
        for (var i = 0; i < 30_000 && _meters.Sum(MetricNames.QueueDropped, "expired") < _tally[$"bulk/{ErrorCode.DeadlinePassed}"]; i++)
        {
            await Task.Delay(10);
        }
    }

    private void CheckCounters(DecoratedEmbedder<string> tower, UnreliableEmbedder unreliable)
    {
        Assert.Equal(0, tower.Batching!.Waiting);
        Assert.Equal(_tally["top/calls"], _meters.Count(MetricNames.OperationDuration));
        Assert.Equal(_tally["top/inputs"], _meters.Sum(MetricNames.Inputs));
        Assert.Equal(_tally["top/tokens"], _meters.Sum(MetricNames.TokenUsage));
        Assert.Equal(
            _tally["top/inputs"],
            ((string[])["hit", "embedded", "joined", "repeated"]).Sum(outcome => _meters.Sum(MetricNames.CacheInputs, outcome))
        );
        Assert.Equal(_tally.Errors.OrderBy(error => error.Key), _meters.Errors().OrderBy(error => error.Key));
        Assert.Equal(_tally[$"bulk/{ErrorCode.DeadlinePassed}"], _meters.Sum(MetricNames.QueueDropped, "expired"));
        Assert.InRange(_meters.Sum(MetricNames.WorkerFailures), unreliable.Hangs, double.MaxValue);
        Assert.True(unreliable is { Crashes: > 0, Hangs: > 0 });
    }

    private void Report(UnreliableEmbedder unreliable, long growth, TieredCache cache)
    {
        output.WriteLine(
            $"{_tally["top/calls"]:N0} calls and {_tally["bulk/calls"]:N0} bulk calls, "
                + $"{_tally["top/inputs"] + _tally["bulk/inputs"]:N0} answers compared, {unreliable.Crashes} crashes, {unreliable.Hangs} "
                + $"hangs, memory {growth / 1e6:F1} MB more."
        );
        output.WriteLine(
            $"Errors {string.Join(", ", _tally.Errors.OrderBy(error => error.Key, StringComparer.Ordinal))}; {_tally.Faults.Count} "
                + $"faults {string.Join(' ', _tally.Faults.Take(5))}"
        );
        output.WriteLine(string.Join('\n', cache.Tiers));
    }
}
