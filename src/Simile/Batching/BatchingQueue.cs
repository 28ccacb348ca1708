namespace Simile.Batching;

/// <summary>The calls that wait, and how many workers run. A worker that is free takes a batch at once; when nothing waits, it ends, and
/// the next call starts another.</summary>
internal sealed class BatchingQueue<TInput>(BatchingOptions options)
{
    private readonly Lock _gate = new();
    private readonly RequestLane<TInput> _interactive = new();
    private readonly RequestLane<TInput> _bulk = new();
    private readonly DrainRate _rate = new(options.Workers);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private long _waitingCost;
    private int _workers;
    private int _sinceBulk;
    private int _abandoned;
    private bool _closed;

    /// <summary>Inputs that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes in a call.</summary>
    /// <returns>Whether the caller must start a worker.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.QueueFull"/> or <see cref="ErrorCode.ModelHangs"/>.</exception>
    public bool Add(BatchingRequest<TInput> request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(BatchingEmbedder<TInput>));
            if (_abandoned >= options.MaxAbandonedBatches)
            {
                throw BatchingErrors.ModelHangs(_abandoned);
            }

            if (_waiting > 0 && (long)_waiting + request.Count > options.QueueCapacity)
            {
                throw BatchingErrors.QueueFull(request.Count, _waiting, options.QueueCapacity, _rate.TimeFor(_waitingCost));
            }

            if (request.HasEnded)
            {
                return false;
            }

            LaneOf(request.Call.Lane).Add(request);
            _waiting += request.Count;
            _waitingCost += request.WaitingCost;
            return TryAddWorker();
        }
    }

    /// <summary>Takes out what still waits of a call that nobody wants any more.</summary>
    public void Remove(BatchingRequest<TInput> request)
    {
        lock (_gate)
        {
            if (request.Place is not null)
            {
                _waiting -= request.Waiting;
                _waitingCost -= request.WaitingCost;
                LaneOf(request.Call.Lane).Remove(request);
            }
        }
    }

    /// <summary>The next batch for a worker, or null when the worker must end.</summary>
    public RequestBatch<TInput>? TryTake()
    {
        lock (_gate)
        {
            if (_interactive.IsEmpty && _bulk.IsEmpty)
            {
                EndWorker();
                return null;
            }

            var lane = NextLane();
            var batch = new RequestBatch<TInput>(LaneOf(lane).NextKind, lane, options);
            LaneOf(lane).Fill(batch);
            if (lane == BatchingLane.Bulk)
            {
                // Who is in a hurry may ride along; bulk work in an interactive batch would make it slower.
                _interactive.Fill(batch);
            }

            _waiting -= batch.Count;
            _waitingCost -= batch.Cost;
            return batch;
        }
    }

    /// <summary>Notes that a batch ended.</summary>
    public void Learn(long cost, TimeSpan took) => _rate.Learn(cost, took);

    /// <summary>Notes that a batch was given up. When too many are, all that waits is refused, as what comes is.</summary>
    public void Abandon()
    {
        List<BatchingRequest<TInput>> waiting;
        lock (_gate)
        {
            waiting = ++_abandoned < options.MaxAbandonedBatches ? [] : TakeWaiting();
        }

        waiting.ForEach(request => request.Fail(BatchingErrors.ModelHangs(options.MaxAbandonedBatches)));
    }

    /// <summary>Notes that a batch that was given up came back after all.</summary>
    public void Return()
    {
        lock (_gate)
        {
            _abandoned--;
        }
    }

    /// <summary>Refuses all that waits and all that comes; ends when the batches that run have ended.</summary>
    public Task CloseAsync()
    {
        List<BatchingRequest<TInput>> waiting;
        lock (_gate)
        {
            _closed = true;
            waiting = TakeWaiting();
            if (_workers == 0)
            {
                _idle.TrySetResult();
            }
        }

        waiting.ForEach(request => request.Fail(BatchingErrors.Closed()));
        return _idle.Task;
    }

    private List<BatchingRequest<TInput>> TakeWaiting()
    {
        (_waiting, _waitingCost) = (0, 0);
        return [.. _interactive.Clear(), .. _bulk.Clear()];
    }

    private RequestLane<TInput> LaneOf(BatchingLane lane) => lane == BatchingLane.Bulk ? _bulk : _interactive;

    private BatchingLane NextLane()
    {
        var bulkIsDue = !_bulk.IsEmpty && (_interactive.IsEmpty || _sinceBulk >= options.BulkEvery - 1);
        _sinceBulk = bulkIsDue || _bulk.IsEmpty ? 0 : _sinceBulk + 1;
        return bulkIsDue ? BatchingLane.Bulk : BatchingLane.Interactive;
    }

    private bool TryAddWorker()
    {
        if (_workers >= options.Workers)
        {
            return false;
        }

        _workers++;
        return true;
    }

    private void EndWorker()
    {
        _workers--;
        if (_closed && _workers == 0)
        {
            _idle.TrySetResult();
        }
    }
}
