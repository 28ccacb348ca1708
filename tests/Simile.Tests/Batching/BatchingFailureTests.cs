using Simile.Batching;
using Simile.Vectors;

namespace Simile.Tests.Batching;

/// <summary>What becomes of callers when something goes wrong: nobody waits for ever, and nobody pays for another's input.</summary>
public sealed class BatchingFailureTests
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 37).Select(i => $"text {i}")];
    private static readonly BatchingOptions OneWorker = new() { Workers = 1 };
    private readonly FakeEmbedder _gated = new() { Gated = true };

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(36)]
    public async Task OnlyTheBadInputFails(int bad)
    {
        var model = new FakeEmbedder
        {
            Throws = inputs => inputs.Contains(Texts[bad]) ? new InvalidOperationException("no such shape") : null,
        };
        await using var batching = new BatchingEmbedder<string>(model);
        var batch = await batching.EmbedAsync(Texts);
        Assert.Equal([bad], Enumerable.Range(0, Texts.Length).Where(i => !batch.Outcomes[i].Succeeded));
        var error = batch.Outcomes[bad].Error!;
        Assert.Equal(ErrorCode.ModelFailed, error.Code);
        Assert.Contains("no such shape", error.Message, StringComparison.Ordinal);
        Assert.InRange(model.CallCount(), 2, 14);
    }

    [Fact]
    public async Task AModelThatDropsAnInputIsFoundOut()
    {
        var model = new FakeEmbedder { Rows = inputs => inputs.Contains("text 5") ? inputs.Count - 1 : inputs.Count };
        await using var batching = new BatchingEmbedder<string>(model);
        var batch = await batching.EmbedAsync(Texts);
        Assert.Equal([5], Enumerable.Range(0, Texts.Length).Where(i => batch.Outcomes[i].Error?.Code == ErrorCode.ModelFailed));
    }

    [Fact]
    public async Task AnErrorAboutTheOptionsGoesToTheCallersWithoutBisection()
    {
        var model = new FakeEmbedder { Throws = _ => new SimileException(ErrorCode.InvalidOption, "no") };
        await using var batching = new BatchingEmbedder<string>(model);
        await Assert.ThrowsAsync<SimileException>(async () => await batching.EmbedAsync(Texts));
        Assert.Equal(1, model.CallCount());
    }

    [Fact]
    public async Task CancelledWorkIsDroppedBeforeItRuns()
    {
        await using var batching = new BatchingEmbedder<string>(_gated, OneWorker);
        using var cancel = new CancellationTokenSource();
        var first = await OccupyAsync(batching);
        var cancelled = batching.EmbedAsync(["never"], null, cancel.Token).AsTask();
        var kept = batching.EmbedAsync(["kept"]).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(1, batching.Waiting);
        _gated.Open(5);
        await Task.WhenAll(first, kept);
        Assert.DoesNotContain("never", _gated.Calls.SelectMany(call => call));
    }

    [Fact]
    public async Task ACallerWhoCancelsDoesNotWaitForTheModel()
    {
        await using var batching = new BatchingEmbedder<string>(_gated, OneWorker);
        using var cancel = new CancellationTokenSource();
        var running = batching.EmbedAsync(["x"], null, cancel.Token).AsTask();
        await _gated.CalledAsync(1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        _gated.Open();
    }

    [Fact]
    public async Task WorkIsDroppedAtItsDeadline()
    {
        var time = new ManualTime();
        await using var batching = new BatchingEmbedder<string>(_gated, OneWorker, time: time);
        var first = await OccupyAsync(batching);
        var late = batching.EmbedAsync(["late"], null, new BatchingCall { Deadline = TimeSpan.FromSeconds(1) }).AsTask();
        var early = batching.EmbedAsync(["early"], null, new BatchingCall { Deadline = TimeSpan.FromSeconds(3) }).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ErrorCode.DeadlinePassed, (await Assert.ThrowsAsync<SimileException>(() => late)).Code);
        _gated.Open(5);
        await Task.WhenAll(first, early);
        Assert.DoesNotContain("late", _gated.Calls.SelectMany(call => call));
        await Assert.ThrowsAsync<SimileException>(async () =>
            await batching.EmbedAsync(["no time"], null, new BatchingCall { Deadline = TimeSpan.Zero })
        );
    }

    [Fact]
    public async Task AWorkerThatHangsIsReplaced()
    {
        var time = new ManualTime();
        await using var batching = new BatchingEmbedder<string>(
            _gated,
            OneWorker with
            {
                BatchTimeout = TimeSpan.FromSeconds(5),
            },
            time: time
        );
        var hanging = await OccupyAsync(batching);
        var next = batching.EmbedAsync(["next"]).AsTask();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(ErrorCode.WorkerFailed, (await Assert.ThrowsAsync<SimileException>(() => hanging)).Code);
        await _gated.CalledAsync(2);
        _gated.Open(2);
        Assert.Single(await next);
    }

    [Fact]
    public async Task HangingBatchesAreCountedAndTheNextCallIsRefusedAtOnceUntilOneComesBack()
    {
        var time = new ManualTime();
        await using var batching = new BatchingEmbedder<string>(
            _gated,
            OneWorker with
            {
                BatchTimeout = TimeSpan.FromSeconds(5),
                MaxAbandonedBatches = 2,
            },
            time: time
        );
        for (var hangs = 1; hangs <= 2; hangs++)
        {
            var hanging = batching.EmbedAsync(["x"]).AsTask();
            await _gated.CalledAsync(hangs);
            time.Advance(TimeSpan.FromSeconds(6));
            Assert.Equal(ErrorCode.WorkerFailed, (await Assert.ThrowsAsync<SimileException>(() => hanging)).Code);
        }

        var refused = await Assert.ThrowsAsync<SimileException>(async () => await batching.EmbedAsync(["refused"]));
        Assert.Equal(ErrorCode.ModelHangs, refused.Code);
        Assert.Equal(2, _gated.CallCount());
        _gated.Open(100);
        Assert.Single(await WhenTakenAgainAsync(batching, "again"));
    }

    [Fact]
    public async Task ABatchThatWasGivenUpIsNotBisected()
    {
        var time = new ManualTime();
        var model = new FakeEmbedder
        {
            Gated = true,
            Throws = inputs => inputs.Contains("next") ? null : new InvalidOperationException("late"),
        };
        await using var batching = new BatchingEmbedder<string>(
            model,
            OneWorker with
            {
                BatchTimeout = TimeSpan.FromSeconds(5),
                MaxAbandonedBatches = 1,
            },
            time: time
        );
        var hanging = batching.EmbedAsync(Texts).AsTask();
        await model.CalledAsync(1);
        time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<SimileException>(() => hanging);
        model.Open(100);
        // It is taken once the late batch has ended, with all that it would still have called.
        Assert.Single(await WhenTakenAgainAsync(batching, "next"));
        Assert.Equal([Texts.Length, 1], model.Calls.Select(call => call.Length));
    }

    [Fact]
    public async Task AClockThatThrowsEndsNoWorker()
    {
        var time = new BrokenTime();
        await using var batching = new BatchingEmbedder<string>(new FakeEmbedder(), OneWorker, time: time);
        Assert.Single(await batching.EmbedAsync(["a"]));
        time.IsBroken = true;
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
                await batching.EmbedAsync(["b"], null, new BatchingCall { Deadline = TimeSpan.FromMinutes(1) })
            );
        }

        time.IsBroken = false;
        Assert.Single(await batching.EmbedAsync(["c"]));
        Assert.Equal(0, batching.Waiting);
    }

    [Fact]
    public async Task DisposingSynchronouslyWaitsForWhatRuns()
    {
        var batching = new BatchingEmbedder<string>(_gated, OneWorker);
        var running = await OccupyAsync(batching);
        var disposal = Task.Run(batching.Dispose, TestContext.Current.CancellationToken);
        _gated.Open();
        await Task.WhenAll(running, disposal);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await batching.EmbedAsync(["after"]));
    }

    [Fact]
    public async Task AnObserverThatThrowsHurtsNobody()
    {
        await using var batching = new BatchingEmbedder<string>(
            new FakeEmbedder(),
            new BatchingOptions { Observe = _ => throw new InvalidOperationException() }
        );
        for (var i = 0; i < 3; i++)
        {
            Assert.Single(await batching.EmbedAsync(["a"]));
        }
    }

    [Fact]
    public async Task WhoWaitsWhenTheEmbedderIsDisposedIsTold()
    {
        var batching = new BatchingEmbedder<string>(_gated, OneWorker);
        var running = await OccupyAsync(batching);
        var waiting = batching.EmbedAsync(["waiting"]).AsTask();
        var disposal = batching.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await batching.EmbedAsync(["after"]));
        Assert.False(disposal.IsCompleted);
        _gated.Open();
        await Task.WhenAll(running, disposal);
    }

    private static async Task<EmbeddingBatch> WhenTakenAgainAsync(BatchingEmbedder<string> batching, string text)
    {
        while (true)
        {
            try
            {
                return await batching.EmbedAsync([text]);
            }
            catch (SimileException error) when (error.Code == ErrorCode.ModelHangs)
            {
                await Task.Yield();
            }
        }
    }

    private async Task<Task> OccupyAsync(BatchingEmbedder<string> batching)
    {
        var first = batching.EmbedAsync(["x"]).AsTask();
        await _gated.CalledAsync(1);
        return first;
    }

    private sealed class BrokenTime : TimeProvider
    {
        private volatile bool _isBroken;

        public bool IsBroken
        {
            get => _isBroken;
            set => _isBroken = value;
        }

        public override long GetTimestamp() => IsBroken ? throw new InvalidOperationException("No clock.") : base.GetTimestamp();
    }
}
