using Simile.Batching;
using Simile.Vectors;

namespace Simile.Tests.Batching;

/// <summary>Who shares a batch, who goes first, and who is refused.</summary>
public sealed class BatchingQueueTests
{
    private readonly FakeEmbedder _model = new() { Gated = true };

    [Fact]
    public async Task WhatWaitsRunsTogetherAsSoonAsTheWorkerIsFree()
    {
        await using var batching = Of(new BatchingOptions());
        var first = await OccupyAsync(batching);
        var calls = Enumerable.Range(0, 20).Select(i => batching.EmbedAsync([$"text {i}"]).AsTask()).ToList();
        Assert.Equal(20, batching.Waiting);
        _model.Open(2);
        await Task.WhenAll([first, .. calls]);
        Assert.Equal([1, 20], _model.Calls.Select(call => call.Length));
    }

    [Fact]
    public async Task ALoneCallWaitsForNobody()
    {
        await using var batching = new BatchingEmbedder<string>(new FakeEmbedder(), time: new ManualTime());
        Assert.Single(await batching.EmbedAsync(["alone"]));
    }

    [Fact]
    public async Task ABatchKeepsToItsBudget()
    {
        await using var batching = Of(new BatchingOptions { BatchCost = 10, BatchInputs = 4 }, text => text.Length);
        var first = await OccupyAsync(batching);
        var calls = ((string[])["aaaa", "bbbb", "ccccc", "a text over the budget", "d", "e", "f", "g", "h"])
            .Select(text => batching.EmbedAsync([text]).AsTask())
            .ToList();
        _model.Open(10);
        await Task.WhenAll([first, .. calls]);
        Assert.Equal(
            ["aaaa bbbb", "ccccc", "a text over the budget", "d e f g", "h"],
            _model.Calls.Skip(1).Select(call => string.Join(' ', call))
        );
    }

    [Fact]
    public async Task ALargeCallIsSplitAndTakesTurnsWithTheOthers()
    {
        await using var batching = Of(new BatchingOptions { BatchInputs = 3 });
        var first = await OccupyAsync(batching);
        var large = batching.EmbedAsync([.. Enumerable.Range(0, 7).Select(i => $"l{i}")]).AsTask();
        var small = ((string[])["a", "b", "c", "d"]).Select(text => batching.EmbedAsync([text]).AsTask()).ToList();
        _model.Open(10);
        await Task.WhenAll([first, large, .. small]);
        Assert.Equal(["l0 l1 l2", "a b c", "d l3 l4", "l5 l6"], _model.Calls.Skip(1).Select(call => string.Join(' ', call)));
        Assert.Equal(7, (await large).Count);
    }

    [Fact]
    public async Task TheInteractiveLaneGoesFirstAndTheBulkLaneIsNotStarved()
    {
        await using var batching = Of(new BatchingOptions { BatchInputs = 1, BulkEvery = 4 });
        var first = await OccupyAsync(batching);
        var bulk = batching.EmbedAsync(["b", "b"], null, BatchingCall.Bulk).AsTask();
        var interactive = Enumerable.Range(0, 8).Select(_ => batching.EmbedAsync(["i"]).AsTask()).ToList();
        _model.Open(20);
        await Task.WhenAll([first, bulk, .. interactive]);
        Assert.Equal("iiibiiibii", string.Concat(_model.Calls.Skip(1).Select(call => call[0])));
    }

    [Fact]
    public async Task AnInteractiveCallRidesAlongWithBulkWorkButNotTheOtherWayRound()
    {
        await using var batching = Of(new BatchingOptions { BulkEvery = 1 });
        var first = await OccupyAsync(batching);
        Task[] calls =
        [
            batching.EmbedAsync(["b"], null, BatchingCall.Bulk).AsTask(),
            batching.As(BatchingCall.Interactive).EmbedAsync(["i"]).AsTask(),
        ];
        _model.Open(20);
        await Task.WhenAll([first, .. calls]);
        Assert.Equal(["b i"], _model.Calls.Skip(1).Select(call => string.Join(' ', call)));
    }

    [Fact]
    public async Task OnlyCallsWithEqualOptionsShareABatch()
    {
        await using var batching = Of(new BatchingOptions());
        var first = await OccupyAsync(batching);
        Task[] calls =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(i => batching.EmbedAsync([$"{i}"], new EmbedOptions { Dimensions = i % 2 == 0 ? 4 : null }).AsTask()),
        ];
        while (batching.Waiting < calls.Length)
        {
            await Task.Delay(1);
        }

        _model.Open(10);
        await Task.WhenAll([first, .. calls]);
        Assert.Equal(["0 2 4", "1 3 5"], _model.Calls.Skip(1).Select(call => string.Join(' ', call)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AFullQueueRefusesAndSaysWhenToComeAgain()
    {
        var refused = new List<BatchingEvent>();
        await using var batching = Of(
            new BatchingOptions
            {
                QueueCapacity = 3,
                Observe = happened => refused.AddRange(happened.Kind == BatchingEventKind.Refused ? [happened] : []),
            }
        );
        var first = await OccupyAsync(batching);
        Task[] waiting = [batching.EmbedAsync(["a", "b"]).AsTask(), batching.EmbedAsync(["c"]).AsTask()];
        var error = await Assert.ThrowsAsync<SimileException>(async () => await batching.EmbedAsync(["d"]));
        Assert.Equal(ErrorCode.QueueFull, error.Code);
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.Equal((1, 3), (Assert.Single(refused).Inputs, refused[0].Waiting));
        _model.Open(10);
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal(9, (await batching.EmbedAsync([.. Enumerable.Repeat("larger than the queue", 9)])).Count);
    }

    [Fact]
    public async Task NoMoreBatchesRunAtOnceThanThereAreWorkers()
    {
        var model = new FakeEmbedder { Gated = true };
        await using var batching = new BatchingEmbedder<string>(model, new BatchingOptions { Workers = 3, BatchInputs = 1 });
        var calls = Enumerable.Range(0, 30).Select(i => batching.EmbedAsync([$"{i}"]).AsTask()).ToList();
        await model.CalledAsync(3);
        model.Open(30);
        await Task.WhenAll(calls);
        Assert.Equal(3, model.MaxRunning);
    }

    [Fact]
    public async Task ABatchIsTold()
    {
        var told = new TaskCompletionSource<BatchingEvent>();
        await using var batching = new BatchingEmbedder<string>(
            new FakeEmbedder(),
            new BatchingOptions { Observe = told.SetResult },
            text => text.Length
        );
        await batching.EmbedAsync(["abc", "de"]);
        var batch = await told.Task;
        Assert.Equal((BatchingEventKind.BatchEnded, 2, 1, 5L, 0), (batch.Kind, batch.Inputs, batch.Calls, batch.Cost, batch.Waiting));
        Assert.Equal((5, 6), (batch.Tokens, batch.PaddedTokens));
    }

    [Theory]
    [InlineData(0, 1, 1, 1, 1)]
    [InlineData(1, 0, 1, 1, 1)]
    [InlineData(1, 1, 0, 1, 1)]
    [InlineData(1, 1, 1, 0, 1)]
    [InlineData(1, 1, 1, 1, 0)]
    public void OptionsOutOfRangeAreRefused(int workers, int cost, int inputs, int capacity, int every)
    {
        var options = new BatchingOptions
        {
            Workers = workers,
            BatchCost = cost,
            BatchInputs = inputs,
            QueueCapacity = capacity,
            BulkEvery = every,
        };
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => Of(options)).Code);
    }

    private BatchingEmbedder<string> Of(BatchingOptions options, Func<string, int>? cost = null) =>
        new(_model, options with { Workers = Math.Min(1, options.Workers) }, cost);

    // While one call is with the model, all others wait.
    private async Task<Task> OccupyAsync(BatchingEmbedder<string> batching)
    {
        var first = batching.EmbedAsync(["x"]).AsTask();
        await _model.CalledAsync(1);
        return first;
    }
}
