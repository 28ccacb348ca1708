using Simile.Vectors;

namespace Simile.Batching;

/// <summary>Works the queue off on threads of the pool, as long as something waits.</summary>
/// <remarks>A worker is no thread of its own but a chain of work items, so that one that crashes is replaced by the next item.
/// One that hangs holds its thread until the model comes back; <see cref="BatchingOptions.MaxAbandonedBatches"/> bounds how many there may
/// be.</remarks>
internal sealed class BatchWorker<TInput>(
    BatchingQueue<TInput> queue,
    BatchRunner<TInput> runner,
    BatchingOptions options,
    TimeProvider time
)
{
    /// <summary>Starts a worker. It stands behind what the pool has to do already, so that callers who are about to call are in its first
    /// batch.</summary>
    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(static worker => _ = worker.WorkAsync(), this, preferLocal: false);

    /// <summary>Tells the observer. Neither it nor the clock, which are others' code, is a reason to fail a caller.</summary>
    public void Tell(Func<BatchingEvent> happened)
    {
        try
        {
            options.Observe?.Invoke(happened());
        }
        catch (Exception)
        {
            // As above.
        }
    }

    private async Task WorkAsync()
    {
        if (queue.TryTake() is not { } batch)
        {
            return;
        }

        var started = 0L;
        try
        {
            started = time.GetTimestamp();
            await RunAsync(batch).ConfigureAwait(false);
            queue.Learn(batch.Cost, time.GetElapsedTime(started));
            Tell(() => EventOf(BatchingEventKind.BatchEnded, batch, started));
        }
        catch (Exception error)
        {
            // A call that was answered before the worker failed keeps its answer.
            batch.Fail(error is SimileException { Code: ErrorCode.WorkerFailed } ? error : BatchingErrors.WorkerCrashed(error));
            Tell(() => EventOf(BatchingEventKind.WorkerFailed, batch, started));
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

        // The clock runs before the model does. A batch that is done when the time is up, because the machine slept, is done.
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = time.CreateTimer(
                static late => ((TaskCompletionSource)late!).TrySetResult(),
                late,
                timeout,
                Timeout.InfiniteTimeSpan
            )
            .ConfigureAwait(false);
        var stop = new CancellationTokenSource();
        // A model that computes does so before it returns a task; it needs a thread of its own to be left alone with.
        var work = Task.Run(() => runner.RunAsync(batch, stop.Token));
        await Task.WhenAny(work, late.Task).ConfigureAwait(false);
        if (!work.IsCompleted)
        {
            Abandon(work, stop);
            throw BatchingErrors.WorkerHangs(timeout);
        }

        stop.Dispose();
        await work.ConfigureAwait(false);
    }

    // Whatever the model does from now on, in its callbacks or at its late end, concerns nobody.
    private void Abandon(Task work, CancellationTokenSource stop)
    {
        queue.Abandon();
        Observe(work, queue.Return);
        Observe(stop.CancelAsync(), () => { });
    }

    private static void Observe(Task task, Action ended) =>
        _ = task.ContinueWith(
            done =>
            {
                _ = done.Exception;
                ended();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );

    private BatchingEvent EventOf(BatchingEventKind kind, RequestBatch<TInput> batch, long started) =>
        new(kind, batch.Lane, batch.Count, queue.Waiting)
        {
            Calls = batch.Calls,
            Cost = batch.Cost,
            Tokens = batch.Tokens,
            PaddedTokens = (long)batch.LongestInput * batch.Count,
            Waited = time.GetElapsedTime(batch.Arrived, started),
            Took = time.GetElapsedTime(started),
        };
}

/// <summary>Runs batches through the model. A batch on which the model throws is halved again and again, until only the bad inputs have
/// failed.</summary>
/// <param name="inner">The model.</param>
internal sealed class BatchRunner<TInput>(IEmbedder<TInput> inner)
{
    public async Task RunAsync(RequestBatch<TInput> batch, CancellationToken cancellationToken)
    {
        var inputs = batch.ToArray();
        if (await TryEmbedAsync(batch, inputs, 0, cancellationToken).ConfigureAwait(false) is { } error)
        {
            await BisectAsync(batch, inputs, 0, error, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BisectAsync(
        RequestBatch<TInput> batch,
        ArraySegment<TInput> inputs,
        int start,
        Exception error,
        CancellationToken cancellationToken
    )
    {
        if (IsAboutTheCall(error))
        {
            batch.Fail(error);
            return;
        }

        if (inputs.Count == 1)
        {
            var outcome = new EmbeddingOutcome(0, 0, BatchingErrors.ModelFailed(error));
            batch.Deliver(start, new EmbeddingBatch(batch.Kind.Space, new float[batch.Kind.Space.Dimensions], [outcome]));
            return;
        }

        var half = inputs.Count / 2;
        foreach (var (part, at) in ((ArraySegment<TInput>, int)[])[(inputs[..half], start), (inputs[half..], start + half)])
        {
            if (await TryEmbedAsync(batch, part, at, cancellationToken).ConfigureAwait(false) is { } inPart)
            {
                await BisectAsync(batch, part, at, inPart, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<Exception?> TryEmbedAsync(
        RequestBatch<TInput> batch,
        ArraySegment<TInput> inputs,
        int start,
        CancellationToken cancellationToken
    )
    {
        // A batch that was given up goes on with nothing: its callers are answered.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var rows = await inner.EmbedAsync(inputs, batch.Kind.Options, cancellationToken).ConfigureAwait(false);
            RequireRows(rows, inputs.Count, batch.Kind.Space);
            batch.Deliver(start, rows);
            return null;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return error;
        }
    }

    // An embedder throws these for options that it cannot follow, or when it cannot be reached; no single input is to blame.
    private static bool IsAboutTheCall(Exception error) =>
        error
            is SimileException { Code: ErrorCode.InvalidOption or ErrorCode.UnsupportedDimensions or ErrorCode.GeneratorUnavailable }
                or ObjectDisposedException;

    private static void RequireRows(EmbeddingBatch rows, int inputs, EmbeddingSpace space)
    {
        if (rows.Count != inputs)
        {
            throw BatchingErrors.WrongAnswer(inputs, $"{inputs} rows", $"{rows.Count}");
        }

        if (!rows.Space.Equals(space))
        {
            throw BatchingErrors.WrongAnswer(inputs, $"vectors of {space}", $"vectors of {rows.Space}");
        }
    }
}
