namespace Simile.Batching;

/// <summary>What happened in a <see cref="BatchingEmbedder{TInput}"/>.</summary>
public enum BatchingEventKind
{
    /// <summary>A batch ended.</summary>
    BatchEnded,

    /// <summary>A batch ended without an answer: its worker crashed, or did not come back in time.</summary>
    WorkerFailed,

    /// <summary>A call was refused because the queue is full.</summary>
    Refused,

    /// <summary>A call's deadline passed.</summary>
    Expired,

    /// <summary>A caller cancelled.</summary>
    Cancelled,
}

/// <summary>Something that a monitor may want to count.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Lane">The lane of the call, or the lane that began the batch.</param>
/// <param name="Inputs">Inputs of the call or batch.</param>
/// <param name="Waiting">Inputs that wait in both lanes afterwards.</param>
public sealed record BatchingEvent(BatchingEventKind Kind, BatchingLane Lane, int Inputs, int Waiting)
{
    /// <summary>Calls that a batch answered, in whole or in part.</summary>
    public int Calls { get; init; }

    /// <summary>What a batch cost, in the units of its budget.</summary>
    public long Cost { get; init; }

    /// <summary>Tokens of a batch, as its embedder counted them.</summary>
    public long Tokens { get; init; }

    /// <summary>Tokens that a batch would have with every input padded to the longest.</summary>
    public long PaddedTokens { get; init; }

    /// <summary>How long the call, or the oldest call of the batch, had waited.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>How long a batch ran.</summary>
    public TimeSpan Took { get; init; }
}

/// <summary>How one call is queued.</summary>
public sealed record BatchingCall
{
    /// <summary>The interactive lane, without a deadline.</summary>
    public static BatchingCall Interactive { get; } = new();

    /// <summary>The bulk lane, without a deadline.</summary>
    public static BatchingCall Bulk { get; } = new() { Lane = BatchingLane.Bulk };

    /// <summary>The lane. Default: <see cref="BatchingLane.Interactive"/>.</summary>
    public BatchingLane Lane { get; init; }

    /// <summary>How long after the call its answer is of use; then the caller is told <see cref="ErrorCode.DeadlinePassed"/>, and work that
    /// has not begun is dropped. Default: null, for ever.</summary>
    public TimeSpan? Deadline { get; init; }
}
