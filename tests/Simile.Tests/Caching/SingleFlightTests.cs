using Simile.Caching;
using Simile.Vectors;

namespace Simile.Tests.Caching;

/// <summary>What several calls need at once is embedded once, and nobody suffers from another's failure.</summary>
public class SingleFlightTests
{
    private readonly CountingEmbedder _inner = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task EqualCallsAtOnceEmbedOnce()
    {
        var embedder = CachingEmbedder.Over(_inner, new MemoryCache());
        _inner.Before = (_, _) => _gate.Task;
        var calls = Enumerable.Range(0, 50).Select(i => embedder.EmbedAsync([$"own {i}", "shared", "also shared"]).AsTask()).ToArray();
        _gate.SetResult();
        var answers = await Task.WhenAll(calls);
        Assert.Equal(52, _inner.Embedded.Count);
        Assert.All(answers, answer => Assert.Equal(answers[0][1].ToArray(), answer[1].ToArray()));
    }

    [Fact]
    public async Task CrossedCallsDoNotWaitForEachOtherForever()
    {
        var embedder = CachingEmbedder.Over(_inner, new MemoryCache());
        await Parallel.ForAsync(
            0,
            200,
            async (i, cancellation) =>
            {
                string[] texts = [$"{i / 8} a", $"{i / 8} b", $"{i / 8} c"];
                var answer = await embedder.EmbedAsync(i % 2 == 0 ? texts : [.. texts.Reverse()], null, cancellation);
                Assert.Equal(3, answer.Count);
            }
        );
        Assert.Equal(75, _inner.Embedded.Count);
    }

    [Fact]
    public async Task WhenALeaderFailsAnotherTakesOver()
    {
        var embedder = CachingEmbedder.Over(_inner, new MemoryCache());
        var calls = 0;
        _inner.Before = async (_, _) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                await _gate.Task;
                throw new IOException("The leader fell.");
            }
        };
        var leader = embedder.EmbedAsync(["a"]).AsTask();
        var followers = Enumerable.Range(0, 10).Select(_ => embedder.EmbedAsync(["a"]).AsTask()).ToArray();
        _gate.SetResult();
        await Assert.ThrowsAsync<IOException>(() => leader);
        Assert.All(await Task.WhenAll(followers), answer => Assert.True(answer.Outcomes[0].Succeeded));
        Assert.Single(_inner.Embedded);
    }

    [Fact]
    public async Task AnObserverThatThrowsAndACacheThatFailsLoseNoAnswer()
    {
        CachingEvent? told = null;
        var options = new CachingOptions
        {
            Observer = call =>
            {
                told = call;
                throw new InvalidOperationException("Not mine.");
            },
        };
        var embedder = CachingEmbedder.Over(_inner, new FailingCache(), options);
        AssertSame(await new CountingEmbedder().EmbedAsync(["a", "b"]), await embedder.EmbedAsync(["a", "b"]));
        Assert.Equal(ErrorCode.CacheUnavailable, told!.CacheError!.Code);
        Assert.Contains("No room.", told.CacheError.Message, StringComparison.Ordinal);
    }

    private sealed class FailingCache : IEmbeddingCache
    {
        public IReadOnlyList<CacheTier> Tiers => [];

        public ValueTask GetAsync(
            ReadOnlyMemory<CacheKey> keys,
            Memory<CachedEmbedding?> found,
            CancellationToken cancellationToken = default
        ) => throw new ObjectDisposedException("cache");

        public ValueTask SetAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("No room.");

        public void Dispose() { }
    }

    [Fact]
    public async Task WhenALeaderIsCancelledAnotherTakesOver()
    {
        var embedder = CachingEmbedder.Over(_inner, new MemoryCache());
        using var cancelled = new CancellationTokenSource();
        _inner.Before = (_, token) => token.CanBeCanceled ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        var leader = embedder.EmbedAsync(["a"], null, cancelled.Token).AsTask();
        var follower = embedder.EmbedAsync(["a"]).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.True((await follower).Outcomes[0].Succeeded);
    }

    [Fact]
    public async Task AFollowerCanBeCancelledAloneAndABadInputFailsForEachCaller()
    {
        var embedder = CachingEmbedder.Over(_inner, new MemoryCache());
        _inner.Before = (_, _) => _gate.Task;
        using var cancelled = new CancellationTokenSource();
        var leader = embedder.EmbedAsync(["a", "bad"]).AsTask();
        var impatient = embedder.EmbedAsync(["a"], null, cancelled.Token).AsTask();
        var patient = embedder.EmbedAsync(["bad", "a"]).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _gate.SetResult();
        Assert.Equal([true, false], (await leader).Outcomes.ToArray().Select(outcome => outcome.Succeeded));
        Assert.Equal([false, true], (await patient).Outcomes.ToArray().Select(outcome => outcome.Succeeded));
        Assert.Equal(["a", "bad", "bad"], _inner.Embedded);
    }

    [Fact]
    public async Task AmongFailuresAndCancellationsEveryAnswerIsRight()
    {
        // So small that entries come and go all the time.
        var embedder = CachingEmbedder.Over(_inner, new MemoryCache(new MemoryCacheOptions { MaxBytes = 4000 }));
        var calls = 0;
        _inner.Before = async (_, token) =>
        {
            await Task.Delay(Interlocked.Increment(ref calls) % 3, token);
            if (calls % 7 == 0)
            {
                throw new IOException("Now and then.");
            }
        };
        var (answered, failed) = (0, 0);
        await Parallel.ForAsync(
            0,
            8,
            async (worker, _) =>
            {
                var random = new Random(worker);
                for (var i = 0; i < 100; i++)
                {
                    var texts = Enumerable
                        .Range(0, random.Next(1, 8))
                        .Select(_ => random.Next(20) is var n && n < 2 ? "bad" : $"text {n}")
                        .ToArray();
                    using var cancelled = new CancellationTokenSource();
                    cancelled.CancelAfter(random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(3)) : TimeSpan.FromMinutes(1));
                    try
                    {
                        AssertSame(await new CountingEmbedder().EmbedAsync(texts), await embedder.EmbedAsync(texts, null, cancelled.Token));
                        Interlocked.Increment(ref answered);
                    }
                    catch (Exception error)
                        when (error is IOException || (error is OperationCanceledException && cancelled.IsCancellationRequested))
                    {
                        Interlocked.Increment(ref failed);
                    }
                }
            }
        );
        Assert.Equal(800, answered + failed);
        Assert.True(answered > 200 && failed > 20, $"{answered} answered, {failed} failed");
    }

    private static void AssertSame(EmbeddingBatch wanted, EmbeddingBatch found)
    {
        Assert.Equal(wanted.Block.ToArray(), found.Block.ToArray());
        Assert.Equal(
            wanted.Outcomes.ToArray().Select(outcome => (outcome.TokensUsed, outcome.Error?.Message)),
            found.Outcomes.ToArray().Select(outcome => (outcome.TokensUsed, outcome.Error?.Message))
        );
    }
}
