namespace Simile.Batching;

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
