using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Simile.Pipelines;

/// <summary>Works on several items at once and passes them on in order. The channel holds tasks, not results: its bound is the bound of
/// everything under way.</summary>
/// <param name="step">The work on one item.</param>
/// <param name="options">How much at once.</param>
internal sealed class OrderedStep<TItem, TNext>(Func<TItem, CancellationToken, ValueTask<TNext>> step, StepOptions options)
{
    public async IAsyncEnumerable<PipelineItem<TNext>> RunAsync(
        IAsyncEnumerable<PipelineItem<TItem>> source,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var results = Channel.CreateBounded<Task<PipelineItem<TNext>>>(
            new BoundedChannelOptions(options.Parallelism + options.Buffer) { SingleReader = true, SingleWriter = true }
        );
        var reading = Task.Run(() => ReadAsync(source, results.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return await result.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            while (results.Reader.TryRead(out var unwanted))
            {
                await ((Task)unwanted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Never throws: an error of the source goes through the channel, behind the items that were read before it.
    private async Task ReadAsync(
        IAsyncEnumerable<PipelineItem<TItem>> source,
        ChannelWriter<Task<PipelineItem<TNext>>> results,
        CancellationToken stop
    )
    {
        var slots = new SemaphoreSlim(options.Parallelism);
        var last = Task.CompletedTask;
        try
        {
            await foreach (var item in source.WithCancellation(stop).ConfigureAwait(false))
            {
                await slots.WaitAsync(stop).ConfigureAwait(false);
                var result = Task.Run(() => WorkAsync(item, slots, stop), CancellationToken.None);
                last = result;
                await results.WriteAsync(result, stop).ConfigureAwait(false);
            }

            results.Complete();
        }
        catch (Exception error)
        {
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            results.Complete(error);
        }
    }

    private async Task<PipelineItem<TNext>> WorkAsync(PipelineItem<TItem> item, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        try
        {
            return item.Error is null
                ? new PipelineItem<TNext>(item.Index, await step(item.Value, cancellationToken).ConfigureAwait(false))
                : new PipelineItem<TNext>(item.Index, item.Error);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return new PipelineItem<TNext>(item.Index, PipelineErrors.StepFailed(error));
        }
        finally
        {
            slots.Release();
        }
    }
}

/// <summary>Works on the items that are there together. Failed items keep their places in a group, but the step does not see
/// them.</summary>
/// <param name="size">The most items of a group.</param>
/// <param name="step">The work on a group.</param>
/// <param name="options">How many groups at once.</param>
internal sealed class GroupedStep<TItem, TNext>(
    int size,
    Func<IReadOnlyList<TItem>, CancellationToken, ValueTask<IReadOnlyList<StepResult<TNext>>>> step,
    StepOptions options
)
{
    public async IAsyncEnumerable<PipelineItem<TNext>> RunAsync(
        IAsyncEnumerable<PipelineItem<TItem>> source,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var groups = new OrderedStep<List<PipelineItem<TItem>>, IEnumerable<PipelineItem<TNext>>>(WorkAsync, options);
        await foreach (var group in groups.RunAsync(GroupAsync(source, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            foreach (var item in group.Value)
            {
                yield return item;
            }
        }
    }

    private async IAsyncEnumerable<PipelineItem<List<PipelineItem<TItem>>>> GroupAsync(
        IAsyncEnumerable<PipelineItem<TItem>> source,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = Channel.CreateBounded<PipelineItem<TItem>>(
            new BoundedChannelOptions(size) { SingleReader = true, SingleWriter = true }
        );
        var reading = Task.Run(() => ReadAsync(source, waiting.Writer, stop.Token), CancellationToken.None);
        try
        {
            for (var index = 0L; await waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false); index++)
            {
                var group = new List<PipelineItem<TItem>>();
                while (group.Count < size && waiting.Reader.TryRead(out var item))
                {
                    group.Add(item);
                }

                yield return new(index, group);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    private static async Task ReadAsync(
        IAsyncEnumerable<PipelineItem<TItem>> source,
        ChannelWriter<PipelineItem<TItem>> waiting,
        CancellationToken stop
    )
    {
        try
        {
            await foreach (var item in source.WithCancellation(stop).ConfigureAwait(false))
            {
                await waiting.WriteAsync(item, stop).ConfigureAwait(false);
            }

            waiting.Complete();
        }
        catch (Exception error)
        {
            waiting.Complete(error);
        }
    }

    private async ValueTask<IEnumerable<PipelineItem<TNext>>> WorkAsync(
        List<PipelineItem<TItem>> group,
        CancellationToken cancellationToken
    )
    {
        TItem[] good = [.. group.Where(item => item.Error is null).Select(item => item.Value)];
        var results = good.Length == 0 ? [] : await RunStepAsync(good, cancellationToken).ConfigureAwait(false);
        var next = 0;
        return group.ConvertAll(item =>
            Join(item.Index, item.Error is null ? results[next++] : new StepResult<TNext>(default, item.Error))
        );
    }

    private static PipelineItem<TNext> Join(long index, StepResult<TNext> result) =>
        result.Error is { } error ? new PipelineItem<TNext>(index, error) : new PipelineItem<TNext>(index, result.Value!);

    private async ValueTask<IReadOnlyList<StepResult<TNext>>> RunStepAsync(TItem[] good, CancellationToken cancellationToken)
    {
        try
        {
            var results = await step(good, cancellationToken).ConfigureAwait(false);
            return results.Count == good.Length ? results : throw PipelineErrors.WrongCount(good.Length, results.Count);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var failed = new StepResult<TNext>(default, PipelineErrors.StepFailed(error));
            return [.. Enumerable.Repeat(failed, good.Length)];
        }
    }
}
