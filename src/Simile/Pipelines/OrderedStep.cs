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
