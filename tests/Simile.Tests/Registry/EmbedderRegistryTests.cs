using Simile.Registry;
using Simile.Tests.Batching;
using Simile.Vectors;

namespace Simile.Tests.Registry;

/// <summary>Loading once, keeping within a budget, and never pulling an embedder from under somebody.</summary>
public sealed class EmbedderRegistryTests
{
    private readonly Dictionary<string, int> _loads = [];
    private readonly Dictionary<string, int> _closed = [];

    [Fact]
    public async Task AnInstanceIsGotAsItIs()
    {
        await using var registry = new EmbedderRegistry();
        var embedder = new FakeEmbedder();
        registry.Register("fake", embedder);
        await using var lease = await registry.GetAsync<IEmbedder<string>>("fake");
        Assert.Same(embedder, lease.Embedder);
    }

    [Fact]
    public async Task AnEmbedderIsLoadedOnceHoweverManyAsk()
    {
        await using var registry = new EmbedderRegistry();
        var gate = new TaskCompletionSource();
        registry.Register(
            "slow",
            async _ =>
            {
                await gate.Task;
                return Load("slow");
            },
            10
        );
        var asking = Enumerable.Range(0, 50).Select(_ => registry.GetAsync<Closable>("slow").AsTask()).ToList();
        gate.SetResult();
        var leases = await Task.WhenAll(asking);
        Assert.Single(leases.Select(lease => lease.Embedder).Distinct());
        Assert.Equal(1, _loads["slow"]);
        Assert.Equal(50, Assert.Single(registry.Embedders).Leases);
        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
            await lease.DisposeAsync();
        }

        Assert.Equal(new RegisteredEmbedder("slow", IsLoaded: true, IsPinned: false, 10, 0), Assert.Single(registry.Embedders));
    }

    [Fact]
    public async Task TheLeastRecentlyUsedIsUnloadedUnderTheBudget()
    {
        await using var registry = Three(new RegistryOptions { MemoryBudget = 20 });
        await UseAsync(registry, "a", "b", "a", "c");
        Assert.Equal("a c", Loaded(registry));
        await UseAsync(registry, "b");
        Assert.Equal("b c", Loaded(registry));
        Assert.Equal((1, 2, 1), (_loads["a"], _loads["b"], _loads["c"]));
    }

    [Fact]
    public async Task WhatIsMeasuredAfterLoadingCountsToo()
    {
        await using var registry = new EmbedderRegistry(new RegistryOptions { MemoryBudget = 15 });
        registry.Register("a", _ => Task.FromResult(Load("a")), _ => 10L);
        registry.Register("b", _ => Task.FromResult(Load("b")), _ => 10L);
        await UseAsync(registry, "a", "b");
        Assert.Equal("b", Loaded(registry));
    }

    [Fact]
    public async Task WhatIsInUseOrPinnedStays()
    {
        await using var registry = Three(new RegistryOptions { MemoryBudget = 10 });
        await registry.PinAsync("c");
        var lease = await registry.GetAsync<Closable>("a");
        await UseAsync(registry, "b");
        Assert.Equal("a c", Loaded(registry));
        Assert.False(lease.Embedder.IsClosed);
        await lease.DisposeAsync();
        Assert.Equal("c", Loaded(registry));
        Assert.True(lease.Embedder.IsClosed);
        await registry.UnpinAsync("c");
        await UseAsync(registry, "a");
        Assert.Equal("a", Loaded(registry));
    }

    [Fact]
    public async Task UnloadingWaitsForTheLeaseWhileOthersLoadAnew()
    {
        await using var registry = Three(new RegistryOptions());
        var lease = await registry.GetAsync<Closable>("a");
        var unloading = registry.UnloadAsync("a").AsTask();
        await UseAsync(registry, "a");
        Assert.Equal(2, _loads["a"]);
        Assert.False(unloading.IsCompleted || lease.Embedder.IsClosed);
        await lease.DisposeAsync();
        await unloading;
        Assert.True(lease.Embedder.IsClosed);
        Assert.Equal("a", Loaded(registry));
    }

    [Fact]
    public async Task AFailedLoadingIsToldAndTriedAgain()
    {
        await using var registry = new EmbedderRegistry();
        var tries = 0;
        registry.Register("flaky", _ => ++tries == 1 ? throw new IOException("not yet") : Task.FromResult(Load("flaky")), 1);
        await Assert.ThrowsAsync<IOException>(async () => await registry.GetAsync<Closable>("flaky"));
        await UseAsync(registry, "flaky");
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task WhoGivesUpDoesNotStopTheOthersAndTheLastStopsTheLoading()
    {
        await using var registry = new EmbedderRegistry();
        var stopped = new TaskCompletionSource();
        registry.Register(
            "slow",
            async cancellationToken =>
            {
                cancellationToken.Register(stopped.SetResult);
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return Load("slow");
            },
            1
        );
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var (one, two) = (
            registry.GetAsync<Closable>("slow", first.Token).AsTask(),
            registry.GetAsync<Closable>("slow", second.Token).AsTask()
        );
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(stopped.Task.IsCompleted || two.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await stopped.Task;
    }

    [Fact]
    public async Task RequestsInFlightNeverSeeAClosedEmbedder()
    {
        await using var registry = Three(new RegistryOptions { MemoryBudget = 10 });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2000),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) =>
            {
                await using var lease = await registry.GetAsync<Closable>(((string[])["a", "b", "c"])[i * 7 % 3]);
                await Task.Yield();
                Assert.False(lease.Embedder.IsClosed);
            }
        );
        var idle = registry.Embedders.Where(entry => entry.IsLoaded).Sum(entry => entry.Bytes);
        Assert.InRange(idle, 0, 10);
        Assert.Equal(_loads.Values.Sum() - registry.Embedders.Count(entry => entry.IsLoaded), _closed.Values.Sum());
    }

    [Fact]
    public async Task AModelIsRegisteredByItsId()
    {
        var options = new RegistryOptions { OpenModel = (id, _) => Task.FromResult(new OpenedEmbedder([new FakeEmbedder(), Load(id)], 5)) };
        await using var registry = new EmbedderRegistry(options);
        registry.RegisterModel("default", "some/model");
        await using var texts = await registry.GetAsync<IEmbedder<string>>("default");
        await using var other = await registry.GetAsync<Closable>("default");
        Assert.Equal("some/model", other.Embedder.Name);
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new EmbedderRegistry().RegisterModel("x")).Code);
    }

    [Fact]
    public async Task ANameThatIsUnknownTakenOrOfAnotherTypeIsAnError()
    {
        await using var registry = Three(new RegistryOptions());
        registry.Register("multilingual", new FakeEmbedder());
        var unknown = await Assert.ThrowsAsync<SimileException>(async () => await registry.GetAsync<Closable>("multilinugal"));
        Assert.Equal(
            (ErrorCode.UnknownEmbedder, "There is no embedder 'multilinugal'. Near it are 'multilingual'."),
            (unknown.Code, unknown.Description)
        );
        var wrong = await Assert.ThrowsAsync<SimileException>(async () => await registry.GetAsync<IEmbedder<int>>("a"));
        Assert.Equal("The embedder 'a' is no IEmbedder<Int32>, but Closable.", wrong.Description);
        Assert.Equal(ErrorCode.EmbedderMismatch, Assert.Throws<SimileException>(() => registry.Register("a", new FakeEmbedder())).Code);
    }

    [Fact]
    public async Task DisposalClosesEverything()
    {
        var registry = Three(new RegistryOptions());
        await UseAsync(registry, "a", "b");
        await registry.DisposeAsync();
        Assert.Equal(2, _closed.Values.Sum());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await registry.GetAsync<Closable>("a"));
    }

    private static string Loaded(EmbedderRegistry registry) =>
        string.Join(' ', registry.Embedders.Where(entry => entry.IsLoaded).Select(entry => entry.Name));

    private static async Task UseAsync(EmbedderRegistry registry, params string[] names)
    {
        foreach (var name in names)
        {
            await using var lease = await registry.GetAsync<object>(name);
        }
    }

    private EmbedderRegistry Three(RegistryOptions options)
    {
        var registry = new EmbedderRegistry(options);
        foreach (var name in (string[])["a", "b", "c"])
        {
            registry.Register(name, _ => Task.FromResult(Load(name)), 10);
        }

        return registry;
    }

    private Closable Load(string name)
    {
        lock (_loads)
        {
            _loads[name] = _loads.GetValueOrDefault(name) + 1;
        }

        return new Closable(name, this);
    }

    private sealed class Closable(string name, EmbedderRegistryTests tests) : IAsyncDisposable
    {
        public string Name => name;

        public bool IsClosed { get; private set; }

        public ValueTask DisposeAsync()
        {
            Assert.False(IsClosed);
            IsClosed = true;
            lock (tests._loads)
            {
                tests._closed[name] = tests._closed.GetValueOrDefault(name) + 1;
            }

            return ValueTask.CompletedTask;
        }
    }
}
