using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Simile.Batching;
using Simile.Caching;
using Simile.Tests.Caching;

namespace Simile.Tests.Batching;

/// <summary>Errors that nobody waits for any more do not reach TaskScheduler.UnobservedTaskException, which ends some hosts.</summary>
public sealed class UnobservedTests : IDisposable
{
    private readonly ConcurrentQueue<string> _unobserved = new();

    public UnobservedTests() => TaskScheduler.UnobservedTaskException += Hear;

    [Fact]
    public async Task AGivenUpBatchThatFailsLate()
    {
        var mark = $"late {Guid.NewGuid()}";
        await GiveUpAsync(mark);
        await AssertNeverHeardAsync(mark);
    }

    // Others might have joined the call; nobody did.
    [Fact]
    public async Task ACachedCallThatFails()
    {
        var mark = $"failed {Guid.NewGuid()}";
        await FailAsync(mark);
        await AssertNeverHeardAsync(mark);
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Hear;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task GiveUpAsync(string mark)
    {
        var time = new ManualTime();
        var model = new FakeEmbedder { Gated = true, Throws = _ => new InvalidOperationException(mark) };
        var batching = new BatchingEmbedder<string>(
            model,
            new BatchingOptions { Workers = 1, BatchTimeout = TimeSpan.FromSeconds(5) },
            time: time
        );
        var hanging = batching.EmbedAsync(["a", "b"]).AsTask();
        await model.CalledAsync(1);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(ErrorCode.WorkerFailed, (await Assert.ThrowsAsync<SimileException>(() => hanging)).Code);
        model.Open(100);
        await batching.DisposeAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task FailAsync(string mark)
    {
        var model = new CountingEmbedder { Before = (_, _) => throw new InvalidOperationException(mark) };
        using var cache = new MemoryCache();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await CachingEmbedder.Over(model, cache).EmbedAsync(["a"]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetTaskThatFails(string mark)
    {
        var forgotten = new TaskCompletionSource();
        forgotten.SetException(new InvalidOperationException(mark));
    }

    // A task that is really forgotten is heard of; by then the collector has been everywhere several times.
    private async Task AssertNeverHeardAsync(string mark)
    {
        for (var round = 0; round < 3; round++)
        {
            var control = $"control {Guid.NewGuid()}";
            ForgetTaskThatFails(control);
            for (var i = 0; i < 10_000 && !Heard(control); i++)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.True(Heard(control));
        }

        Assert.False(Heard(mark));
    }

    private bool Heard(string mark) => _unobserved.Any(error => error.Contains(mark, StringComparison.Ordinal));

    private void Hear(object? sender, UnobservedTaskExceptionEventArgs unobserved) => _unobserved.Enqueue(unobserved.Exception.ToString());
}
