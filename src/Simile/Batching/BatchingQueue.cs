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

    /// <summary>About how long what waits now takes.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            lock (_gate)
            {
                return _rate.TimeFor(_waitingCost);
            }
        }
    }

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

/// <summary>How fast a queue has been emptied of late, to tell those it refuses when to come again.</summary>
/// <param name="workers">Batches that run at the same time.</param>
internal sealed class DrainRate(int workers)
{
    private const double Newest = 0.2;
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private double _secondsPerCost;

    /// <summary>Learns from a batch.</summary>
    public void Learn(long cost, TimeSpan took)
    {
        var sample = took.TotalSeconds / Math.Max(1, cost);
        var known = Volatile.Read(ref _secondsPerCost);
        Volatile.Write(ref _secondsPerCost, known == 0 ? sample : known + (Newest * (sample - known)));
    }

    /// <summary>About when so much work is done, at least a millisecond from now.</summary>
    public TimeSpan TimeFor(long cost)
    {
        var seconds = Volatile.Read(ref _secondsPerCost) * cost / workers;
        return seconds == 0 ? Unknown : TimeSpan.FromSeconds(Math.Clamp(seconds, 0.001, Longest.TotalSeconds));
    }
}

/// <summary>The calls that wait in one lane, by kind, first come first served. Guarded by the queue's lock.</summary>
internal sealed class RequestLane<TInput>
{
    private readonly Dictionary<CallKind, LinkedList<BatchingRequest<TInput>>> _waiting = [];
    private long _turns;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>The kind of the call whose turn it is.</summary>
    public CallKind NextKind => _waiting.MinBy(entry => entry.Value.First!.Value.Turn).Key;

    public void Add(BatchingRequest<TInput> request)
    {
        if (!_waiting.TryGetValue(request.Kind, out var requests))
        {
            _waiting.Add(request.Kind, requests = []);
        }

        request.Turn = _turns++;
        request.Place = requests.AddLast(request);
    }

    public void Remove(BatchingRequest<TInput> request)
    {
        var requests = request.Place!.List!;
        requests.Remove(request.Place);
        request.Place = null;
        if (requests.Count == 0)
        {
            _waiting.Remove(request.Kind);
        }
    }

    /// <summary>Moves inputs of the batch's kind into it until it is full. A call that began the batch and is not done yet goes to the end
    /// of the lane, so that the others have their turn.</summary>
    public void Fill(RequestBatch<TInput> batch)
    {
        while (_waiting.TryGetValue(batch.Kind, out var requests))
        {
            var request = requests.First!.Value;
            var before = request.Taken;
            request.MoveInto(batch);
            if (request.Waiting == 0)
            {
                Remove(request);
                continue;
            }

            if (before < request.Taken && batch.Calls == 1)
            {
                Remove(request);
                Add(request);
            }

            return;
        }
    }

    /// <summary>Takes everything out.</summary>
    public List<BatchingRequest<TInput>> Clear()
    {
        List<BatchingRequest<TInput>> all = [.. _waiting.Values.SelectMany(requests => requests)];
        all.ForEach(request => request.Place = null);
        _waiting.Clear();
        return all;
    }
}
