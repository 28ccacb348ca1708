namespace Simile.Batching;

/// <summary>Which of two queues a call waits in.</summary>
public enum BatchingLane
{
    /// <summary>Somebody waits for the answer: goes first.</summary>
    Interactive,

    /// <summary>Work that can wait: gets what the other lane leaves, but never less than one batch in
    /// <see cref="BatchingOptions.BulkEvery"/>.</summary>
    Bulk,
}
