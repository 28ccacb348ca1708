namespace Simile.Batching;

/// <summary>Options of <see cref="BatchingEmbedder{TInput}"/>.</summary>
public sealed record BatchingOptions
{
    // What timers can be set to.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    /// <summary>Batches that run at the same time. Default: 2, so that one is put together and answered while the other runs; 1 where a
    /// model cannot share its memory between calls.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>The budget of a batch in units of cost: about tokens, for texts. A single input may cost more and then runs alone. Default:
    /// 4096.</summary>
    public int BatchCost { get; init; } = 4096;

    /// <summary>The most inputs of a batch; set a few dozen for pictures. Default: 1024.</summary>
    public int BatchInputs { get; init; } = 1024;

    /// <summary>The most inputs that wait; a call that does not fit is refused. A larger call is taken when nothing else waits. Default:
    /// 65,536.</summary>
    public int QueueCapacity { get; init; } = 65_536;

    /// <summary>While both lanes wait, at least one batch in this many is begun by the bulk lane. Default: 4.</summary>
    public int BulkEvery { get; init; } = 4;

    /// <summary>How long a batch may run before its worker is given up, its callers are told <see cref="ErrorCode.WorkerFailed"/>, and
    /// another worker goes on. Default: null, for ever.</summary>
    public TimeSpan? BatchTimeout { get; init; }

    /// <summary>How many batches that were given up may still be with the model, each with a thread, until calls are refused with
    /// <see cref="ErrorCode.ModelHangs"/>; when one comes back, calls are taken again. Default: 4.</summary>
    public int MaxAbandonedBatches { get; init; } = 4;

    /// <summary>Hears of every batch, refusal and dropped request, on the thread where it happened; what it throws is ignored. Default:
    /// nobody.</summary>
    public Action<BatchingEvent>? Observe { get; init; }

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public BatchingOptions Checked()
    {
        RequireAtLeastOne(Workers, nameof(Workers));
        RequireAtLeastOne(BatchCost, nameof(BatchCost));
        RequireAtLeastOne(BatchInputs, nameof(BatchInputs));
        RequireAtLeastOne(QueueCapacity, nameof(QueueCapacity));
        RequireAtLeastOne(BulkEvery, nameof(BulkEvery));
        RequireAtLeastOne(MaxAbandonedBatches, nameof(MaxAbandonedBatches));
        return BatchTimeout is null || (BatchTimeout > TimeSpan.Zero && BatchTimeout <= LongestTimeout)
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"BatchTimeout is {BatchTimeout}, but it must be longer than nothing and at most {LongestTimeout.TotalDays:0} days. "
                    + "Leave it out for no limit."
            );
    }

    private static void RequireAtLeastOne(int value, string name)
    {
        if (value < 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{name} is {value}, but at least 1 is needed.");
        }
    }
}

/// <summary>Which of two queues a call waits in.</summary>
public enum BatchingLane
{
    /// <summary>Somebody waits for the answer: goes first.</summary>
    Interactive,

    /// <summary>Work that can wait: gets what the other lane leaves, but never less than one batch in
    /// <see cref="BatchingOptions.BulkEvery"/>.</summary>
    Bulk,
}
