using System.Runtime.InteropServices;
using Simile.Vectors;

namespace Simile.Batching;

/// <summary>A call that waits: its inputs, how many of them are taken into batches, and the answer as it comes together.</summary>
/// <remarks>Callers are answered through the pool's common queue, first come first served. The queue of the worker's own thread runs last
/// things first, and of many callers some would wait long.</remarks>
internal sealed class BatchingRequest<TInput> : TaskCompletionSource<EmbeddingBatch>, IThreadPoolWorkItem
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);
    private readonly BatchingQueue<TInput> _queue;
    private readonly TInput[] _inputs;
    private readonly int[]? _costs;
    private readonly Action<BatchingRequest<TInput>, BatchingEventKind> _dropped;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private ITimer? _deadline;
    private float[]? _block;
    private EmbeddingOutcome[]? _outcomes;
    private int _open;
    private int _ended;
    private EmbeddingBatch? _answer;
    private Exception? _error;

    public BatchingRequest(
        BatchingQueue<TInput> queue,
        IReadOnlyList<TInput> inputs,
        Func<TInput, int> cost,
        CallKind kind,
        BatchingCall call,
        long arrived,
        Action<BatchingRequest<TInput>, BatchingEventKind> dropped
    )
    {
        (_queue, _dropped, _open) = (queue, dropped, inputs.Count);
        (Kind, Call, Arrived) = (kind, call, arrived);
        (_inputs, _costs) = (new TInput[inputs.Count], inputs.Count == 1 ? null : new int[inputs.Count]);
        for (var i = 0; i < _inputs.Length; i++)
        {
            _inputs[i] = inputs[i];
            var own = Math.Max(1, cost(_inputs[i]));
            WaitingCost += own;
            if (_costs is not null)
            {
                _costs[i] = own;
            }
        }
    }

    public CallKind Kind { get; }

    public BatchingCall Call { get; }

    /// <summary>When it came, as the clock's timestamp.</summary>
    public long Arrived { get; }

    /// <summary>Its turn in its lane. Belongs to the queue, as the two below.</summary>
    public long Turn { get; set; }

    public int Taken { get; private set; }

    public LinkedListNode<BatchingRequest<TInput>>? Place { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    public int Count => _inputs.Length;

    public int Waiting => _inputs.Length - Taken;

    public long WaitingCost { get; private set; }

    /// <summary>From now on, cancellation and the deadline end the wait.</summary>
    public void Watch(TimeProvider time, CancellationToken cancellationToken)
    {
        _token = cancellationToken;
        _cancellation = cancellationToken.UnsafeRegister(static request => ((BatchingRequest<TInput>)request!).Cancel(), this);
        if (Call.Deadline is { } deadline && deadline < LongestTimer)
        {
            _deadline = time.CreateTimer(
                static request => ((BatchingRequest<TInput>)request!).Expire(),
                this,
                deadline,
                Timeout.InfiniteTimeSpan
            );
        }
    }

    /// <summary>Puts as many inputs into a batch as fit.</summary>
    public void MoveInto(RequestBatch<TInput> batch)
    {
        var first = Taken;
        while (Taken < _inputs.Length)
        {
            var cost = _costs?[Taken] ?? (int)WaitingCost;
            if (!batch.Add(_inputs[Taken], cost))
            {
                break;
            }

            WaitingCost -= cost;
            Taken++;
        }

        batch.Close(this, first, Taken - first);
    }

    /// <summary>Takes the rows of its inputs from <paramref name="first"/> on. The last rows to come answer the caller.</summary>
    public void Fill(int first, EmbeddingBatch rows, int from, int count)
    {
        if (count == Count)
        {
            Answer(rows.Count == count ? rows : Copy(rows, from, count));
            return;
        }

        FillPart(first, rows, from, count);
    }

    /// <summary>Ends the wait with an error.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool Fail(Exception error) => Drop(error);

    void IThreadPoolWorkItem.Execute()
    {
        if (_answer is not null)
        {
            SetResult(_answer);
        }
        else if (_error is null)
        {
            SetCanceled(_token);
        }
        else
        {
            SetException(_error);
        }
    }

    private void Answer(EmbeddingBatch batch)
    {
        if (TryEnd())
        {
            _answer = batch;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void FillPart(int first, EmbeddingBatch rows, int from, int count)
    {
        var width = Kind.Space.Dimensions;
        var block = LazyInitializer.EnsureInitialized(ref _block, () => EmbeddingBatch.NewBlock(Count, width));
        var outcomes = LazyInitializer.EnsureInitialized(ref _outcomes, () => new EmbeddingOutcome[Count]);
        rows.Block.Span.Slice(from * width, count * width).CopyTo(block.AsSpan(first * width));
        rows.Outcomes.Slice(from, count).CopyTo(outcomes.AsSpan(first));
        if (Interlocked.Add(ref _open, -count) == 0)
        {
            Answer(new EmbeddingBatch(Kind.Space, block, outcomes));
        }
    }

    private EmbeddingBatch Copy(EmbeddingBatch rows, int from, int count)
    {
        var width = Kind.Space.Dimensions;
        return new EmbeddingBatch(
            Kind.Space,
            rows.Block.Span.Slice(from * width, count * width).ToArray(),
            rows.Outcomes.Slice(from, count).ToArray()
        );
    }

    private void Cancel()
    {
        if (Drop(null))
        {
            _dropped(this, BatchingEventKind.Cancelled);
        }
    }

    private void Expire()
    {
        if (Drop(BatchingErrors.DeadlinePassed(Call.Deadline!.Value, _queue.RetryAfter)))
        {
            _dropped(this, BatchingEventKind.Expired);
        }
    }

    private bool Drop(Exception? error)
    {
        if (!TryEnd())
        {
            return false;
        }

        _queue.Remove(this);
        _error = error;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        _cancellation.Unregister();
        _deadline?.Dispose();
        return true;
    }
}

/// <summary>Inputs of one or more calls that run together, and where their rows belong.</summary>
/// <param name="kind">What the calls have in common.</param>
/// <param name="lane">The lane that began the batch.</param>
/// <param name="options">The limits.</param>
internal sealed class RequestBatch<TInput>(CallKind kind, BatchingLane lane, BatchingOptions options)
{
    private readonly List<TInput> _inputs = [];
    private readonly List<Part> _parts = [];

    public CallKind Kind => kind;

    public BatchingLane Lane => lane;

    public long Cost { get; private set; }

    public int Count => _inputs.Count;

    public int Calls => _parts.Count;

    /// <summary>Tokens that went into the vectors so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens of the longest input so far.</summary>
    public int LongestInput { get; private set; }

    /// <summary>When the oldest call came.</summary>
    public long Arrived { get; private set; } = long.MaxValue;

    /// <summary>Adds an input, unless the budget is used up. The first input always fits.</summary>
    public bool Add(TInput input, int cost)
    {
        if (_inputs.Count > 0 && (Cost + cost > options.BatchCost || _inputs.Count >= options.BatchInputs))
        {
            return false;
        }

        _inputs.Add(input);
        Cost += cost;
        return true;
    }

    /// <summary>Says whose the last inputs are.</summary>
    public void Close(BatchingRequest<TInput> request, int first, int count)
    {
        if (count > 0)
        {
            _parts.Add(new Part(request, first, _inputs.Count - count, count));
            Arrived = Math.Min(Arrived, request.Arrived);
        }
    }

    /// <summary>The inputs, for the model.</summary>
    public TInput[] ToArray() => [.. _inputs];

    /// <summary>Hands rows to the calls they belong to.</summary>
    /// <param name="start">The place of the first row in this batch.</param>
    /// <param name="rows">The rows.</param>
    public void Deliver(int start, EmbeddingBatch rows)
    {
        foreach (var outcome in rows.Outcomes)
        {
            Tokens += outcome.TokensUsed;
            LongestInput = Math.Max(LongestInput, outcome.TokensUsed);
        }

        foreach (var part in CollectionsMarshal.AsSpan(_parts))
        {
            var (from, end) = (Math.Max(part.Start, start), Math.Min(part.Start + part.Count, start + rows.Count));
            if (from < end)
            {
                part.Request.Fill(part.First + from - part.Start, rows, from - start, end - from);
            }
        }
    }

    /// <summary>Fails every call that has inputs here.</summary>
    public void Fail(Exception error) => _parts.ForEach(part => part.Request.Fail(error));

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Part(BatchingRequest<TInput> Request, int First, int Start, int Count);
}
