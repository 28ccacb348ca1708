namespace Simile.Batching;

/// <summary>Works the queue off on threads of the pool, as long as something waits.</summary>
/// <remarks>A worker is no thread of its own but a chain of work items, so that one that crashes is replaced by the next item, and one that hangs holds nothing but its thread.</remarks>
internal sealed class BatchWorker<TInput>(BatchingQueue<TInput> queue, BatchRunner<TInput> runner, BatchingOptions options, TimeProvider time)
{
    /// <summary>Starts a worker. It stands behind what the pool has to do already, so that callers who are about to call are in its first batch.</summary>
    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(static worker => _ = worker.WorkAsync(), this, preferLocal: false);

    /// <summary>Tells the observer.</summary>
    public void Tell(BatchingEvent happened)
    {
        try
        {
            options.Observe?.Invoke(happened);
        }
        catch (Exception)
        {
            // An observer is no reason to fail a caller.
        }
    }

    private async Task WorkAsync()
    {
        if (queue.TryTake() is not { } batch)
        {
            return;
        }

        var started = time.GetTimestamp();
        try
        {
            await RunAsync(batch).ConfigureAwait(false);
            queue.Learn(batch.Cost, time.GetElapsedTime(started));
            Tell(EventOf(BatchingEventKind.BatchEnded, batch, started));
        }
        catch (Exception error)
        {
            batch.Fail(error is TimeoutException && options.BatchTimeout is { } timeout ? BatchingErrors.WorkerHangs(timeout) : BatchingErrors.WorkerCrashed(error));
            Tell(EventOf(BatchingEventKind.WorkerFailed, batch, started));
        }

        Start();
    }

    private async Task RunAsync(RequestBatch<TInput> batch)
    {
        if (options.BatchTimeout is not { } timeout)
        {
            await runner.RunAsync(batch, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        using var stop = new CancellationTokenSource();
        try
        {
            // A model that computes does so before it returns a task; it needs a thread of its own to be left alone with.
            await Task.Run(() => runner.RunAsync(batch, stop.Token)).WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private BatchingEvent EventOf(BatchingEventKind kind, RequestBatch<TInput> batch, long started) => new(kind, batch.Lane, batch.Count, queue.Waiting)
    {
        Calls = batch.Calls,
        Cost = batch.Cost,
        Tokens = batch.Tokens,
        PaddedTokens = (long)batch.LongestInput * batch.Count,
        Waited = time.GetElapsedTime(batch.Arrived, started),
        Took = time.GetElapsedTime(started),
    };
}
