using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Simile.Pipelines;
using Simile.Tests.Batching;

namespace Simile.Tests.Pipelines;

/// <summary>Items in order, errors where they belong, and no more under way than the buffers hold.</summary>
public sealed class EmbeddingPipelineTests
{
    [Fact]
    public void APipelineIsTheCompositionOfItsSteps()
    {
        var scenario =
            from items in ArbMap.Default.GeneratorFor<int>().ListOf()
            from parallelism in Gen.Choose(1, 4)
            from buffer in Gen.Choose(0, 3)
            from size in Gen.Choose(1, 4)
            select (items.ToArray(), parallelism, buffer, size);
        Prop.ForAll(
                scenario.ToArbitrary(),
                given =>
                    HoldsAsync(given.Item1, new StepOptions { Parallelism = given.parallelism, Buffer = given.buffer }, given.size)
                        .GetAwaiter()
                        .GetResult()
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public async Task ASlowReaderHoldsUpTheSource()
    {
        var pulled = 0;
        var pipeline = EmbeddingPipeline
            .Of<int>()
            .Then(item => item, new StepOptions { Parallelism = 2, Buffer = 3 })
            .Then(item => item, new StepOptions { Buffer = 1 });
        await using var items = pipeline.RunAsync(Count(1000, () => pulled++)).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        var (before, still) = (-1, 0);
        while (still < 20)
        {
            await Task.Delay(5);
            still = pulled == before ? still + 1 : 0;
            before = pulled;
        }

        // What came out, and for each step its channel, the item that waits to get in, and the one on the way from the step before.
        Assert.InRange(pulled, 1, 1 + (2 + 3 + 2) + (1 + 1 + 2));
    }

    [Fact]
    public async Task AStepRunsSideBySideAsOftenAsAllowed()
    {
        var (running, most, gate) = (0, 0, new Lock());
        var three = new TaskCompletionSource();
        var pipeline = EmbeddingPipeline
            .Of<int>()
            .Then(
                async (item, _) =>
                {
                    lock (gate)
                    {
                        most = Math.Max(most, ++running);
                        if (running == 3)
                        {
                            three.TrySetResult();
                        }
                    }

                    await three.Task;
                    lock (gate)
                    {
                        running--;
                    }

                    return item;
                },
                new StepOptions { Parallelism = 3 }
            );
        Assert.Equal(Enumerable.Range(0, 50), (await ListAsync(pipeline.RunAsync(Count(50)))).Select(item => item.Value));
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task AFailedItemSkipsTheLaterStepsAndTheOthersGoOn()
    {
        var seen = new List<int>();
        var pipeline = EmbeddingPipeline
            .Of<int>()
            .Then(item =>
                item == 1 ? throw new InvalidDataException("odd")
                : item == 2 ? throw new SimileException(ErrorCode.EmptyText, "empty")
                : item
            )
            .Then(item =>
            {
                seen.Add(item);
                return item;
            });
        var items = await ListAsync(pipeline.RunAsync(Count(4)));
        Assert.Equal([null, ErrorCode.StepFailed, ErrorCode.EmptyText, null], items.Select(item => item.Error?.Code));
        Assert.IsType<InvalidDataException>(items[1].Error!.InnerException);
        Assert.Equal([0, 3], seen);
        Assert.Contains("Item 2", Assert.Throws<SimileException>(() => items[2].Value).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextsAreEmbeddedAsIfDirectly()
    {
        string[] texts = ["a", string.Empty, "b", "c", "d"];
        var direct = await new FakeEmbedder().EmbedAsync(texts);
        var model = new FakeEmbedder();
        var items = await ListAsync(EmbeddingPipeline.Of<string>().ThenEmbed(model, size: 2).RunAsync(texts.ToAsyncEnumerable()));
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(direct.Outcomes[i].Error?.Code, items[i].Error?.Code);
            Assert.True(items[i].Error is not null || direct[i].Span.SequenceEqual(items[i].Value.Span));
        }

        Assert.All(model.Calls, call => Assert.InRange(call.Length, 1, 2));
    }

    [Fact]
    public async Task AGroupedStepThatForgetsAnItemIsFoundOut()
    {
        var pipeline = EmbeddingPipeline.Of<int>().ThenMany(4, (_, _) => ValueTask.FromResult<IReadOnlyList<StepResult<int>>>([]));
        Assert.All(await ListAsync(pipeline.RunAsync(Count(3))), item => Assert.Equal(ErrorCode.StepFailed, item.Error!.Code));
    }

    [Fact]
    public async Task AnErrorOfTheSourceComesAfterItsItems()
    {
        var pipeline = EmbeddingPipeline
            .Of<int>()
            .Then(item => item)
            .ThenMany(
                2,
                (items, _) => ValueTask.FromResult<IReadOnlyList<StepResult<int>>>([.. items.Select(item => new StepResult<int>(item))])
            );
        var seen = 0;
        var error = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var item in pipeline.RunAsync(Count(5, () => { }, fails: true)))
            {
                seen++;
            }
        });
        Assert.Equal(("the source is gone", 5), (error.Message, seen));
    }

    [Fact]
    public async Task CancellingStopsEverything()
    {
        using var cancel = new CancellationTokenSource();
        var ended = 0;
        var pipeline = EmbeddingPipeline
            .Of<int>()
            .Then(
                async (item, cancellationToken) =>
                {
                    try
                    {
                        await Task.Delay(item == 0 ? 0 : Timeout.Infinite, cancellationToken);
                        return item;
                    }
                    finally
                    {
                        Interlocked.Increment(ref ended);
                    }
                },
                new StepOptions { Parallelism = 4 }
            );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in pipeline.RunAsync(Count(100), null, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        Assert.InRange(ended, 1, 10);
    }

    [Fact]
    public async Task LeavingTheLoopStopsTheSource()
    {
        var source = new Source();
        await foreach (var item in EmbeddingPipeline.Of<int>().Then(item => item).Then(item => item).RunAsync(source.EndlessAsync()))
        {
            if (item.Index == 3)
            {
                break;
            }
        }

        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task ProgressThatThrowsStopsNothing() =>
        Assert.Equal(3, (await ListAsync(EmbeddingPipeline.Of<int>().Then(item => item).RunAsync(Count(3), new Refusing()))).Count);

    private sealed class Refusing : IProgress<PipelineProgress>
    {
        public void Report(PipelineProgress value) => throw new InvalidOperationException("Not mine.");
    }

    [Fact]
    public async Task ProgressIsTold()
    {
        var told = new Told();
        await ListAsync(
            EmbeddingPipeline.Of<int>().Then(item => item == 1 ? throw new InvalidDataException() : item).RunAsync(Count(3), told)
        );
        Assert.Equal(new PipelineProgress(3, 3, 1), told.Last);
    }

    private static async Task<bool> HoldsAsync(int[] items, StepOptions options, int size)
    {
        var pipeline = EmbeddingPipeline
            .Of<int>()
            .Then(
                async (item, _) =>
                {
                    await (item % 3 == 0 ? Task.Delay(1) : Task.CompletedTask);
                    return item % 5 == 0 ? throw new InvalidDataException() : item * 2L;
                },
                options
            )
            .ThenMany(
                size,
                (group, _) =>
                    ValueTask.FromResult<IReadOnlyList<StepResult<string>>>([.. group.Select(item => new StepResult<string>($"{item}"))]),
                options
            );
        var given = await ListAsync(pipeline.RunAsync(items.ToAsyncEnumerable()));
        Assert.Equal(Enumerable.Range(0, items.Length).Select(i => (long)i), given.Select(item => item.Index));
        Assert.Equal(
            items.Select(item => item % 5 == 0 ? ErrorCode.StepFailed : $"{item * 2L}"),
            given.Select(item => item.Error?.Code ?? item.Value)
        );
        return true;
    }

    private static async Task<List<PipelineItem<T>>> ListAsync<T>(IAsyncEnumerable<PipelineItem<T>> items)
    {
        var list = new List<PipelineItem<T>>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static async IAsyncEnumerable<int> Count(int count, Action? pulled = null, bool fails = false)
    {
        for (var i = 0; i < count; i++)
        {
            pulled?.Invoke();
            yield return i;
        }

        await Task.Yield();
        if (fails)
        {
            throw new IOException("the source is gone");
        }
    }

    private sealed class Told : IProgress<PipelineProgress>
    {
        public PipelineProgress Last { get; private set; }

        public void Report(PipelineProgress value) => Last = value;
    }

    private sealed class Source
    {
        public bool IsDisposed { get; private set; }

        public async IAsyncEnumerable<int> EndlessAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                IsDisposed = true;
            }
        }
    }
}
