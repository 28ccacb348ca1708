using System.Runtime.CompilerServices;
using Simile.Batching;
using Simile.Caching;
using Simile.Images;
using Simile.Registry;
using Simile.Reranking;
using Simile.Tests.Images;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Vectors;

/// <summary>Whatever is disposed while others call it: each call ends with its answer or ObjectDisposedException, and nothing hangs. What
/// nobody disposes is collected.</summary>
public sealed class DisposalTests : IDisposable
{
    private const int Callers = 4;
    private static readonly TimeSpan Hanging = TimeSpan.FromMinutes(5);
    private readonly TemporaryFolder _folder = new();
    private int _calls;

    [Fact]
    public async Task ATextEmbedder()
    {
        var embedder = await LoadTextAsync();
        await DisposeDuringCallsAsync(async call => await embedder.EmbedAsync([$"ba {call}", "de fi"]), embedder.DisposeAsync);
    }

    [Fact]
    public async Task AnImageEmbedder()
    {
        var embedder = await ImageEmbedder.LoadAsync(PictureVectorCase.All[0].Write(_folder.Path));
        var picture = PictureVectorCase.Pictures[0];
        await DisposeDuringCallsAsync(async _ => await embedder.EmbedAsync([picture, picture]), embedder.DisposeAsync);
    }

    [Fact]
    public async Task AReranker()
    {
        var reranker = await Reranker.LoadAsync(
            RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers", "bert-1"),
            new RerankerOptions { Threads = 2 }
        );
        await DisposeDuringCallsAsync(async call => await reranker.ScoreAsync($"ba {call}", ["de", "fi"]), reranker.DisposeAsync);
    }

    [Fact]
    public async Task ABatchingEmbedder()
    {
        await using var embedder = await LoadTextAsync();
        var batching = new BatchingEmbedder<string>(embedder);
        await DisposeDuringCallsAsync(async call => await batching.EmbedAsync([$"ba {call}"]), batching.DisposeAsync);
    }

    // The cache goes first; the calls then do without it until the model goes too.
    [Fact]
    public async Task ACachingEmbedder()
    {
        var embedder = await LoadTextAsync();
        var cache = new MemoryCache();
        var caching = CachingEmbedder.Over(embedder, cache);
        await DisposeDuringCallsAsync(
            async call => await caching.EmbedAsync([$"ba {call}", "de"]),
            async () =>
            {
                cache.Dispose();
                var calls = Volatile.Read(ref _calls);
                await CalledAsync(calls + (2 * Callers));
                await embedder.DisposeAsync();
            }
        );
    }

    [Fact]
    public async Task ARegistry()
    {
        var registry = new EmbedderRegistry(new RegistryOptions());
        registry.Register("a", _ => LoadTextAsync(), 10);
        await DisposeDuringCallsAsync(
            async call =>
            {
                await using var lease = await registry.GetAsync<TextEmbedder>("a");
                await lease.Embedder.EmbedAsync([$"ba {call}"]);
            },
            registry.DisposeAsync
        );
    }

    [Fact]
    public async Task AnEmbedderThatIsNeverDisposedIsCollected()
    {
        var embedder = await UseAsync();
        for (var i = 0; i < 10_000 && embedder.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.False(embedder.IsAlive);
    }

    public void Dispose() => _folder.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync()
    {
        var embedder = await LoadTextAsync();
        Assert.Equal(2, (await embedder.EmbedAsync(["ba de", "fi go"])).Count);
        return new WeakReference(embedder);
    }

    private static Task<TextEmbedder> LoadTextAsync() =>
        TextEmbedder.LoadAsync(
            RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert"),
            new TextEmbedderOptions { Threads = 2 }
        );

    // Each caller calls until it is told that the thing is gone: without that answer the test would not end.
    private async Task DisposeDuringCallsAsync(Func<int, Task> call, Func<ValueTask> dispose)
    {
        var callers = Enumerable
            .Range(0, Callers)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (true)
                    {
                        await call(Interlocked.Increment(ref _calls));
                    }
                })
            )
            .ToArray();
        await CalledAsync(4 * Callers);
        await dispose().AsTask().WaitAsync(Hanging, TestContext.Current.CancellationToken);
        foreach (var caller in callers)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => caller.WaitAsync(Hanging, TestContext.Current.CancellationToken));
        }
    }

    private async Task CalledAsync(int calls)
    {
        while (Volatile.Read(ref _calls) < calls)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
