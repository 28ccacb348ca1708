namespace Simile.Pipelines;

/// <summary>How one step of a pipeline runs.</summary>
public sealed record StepOptions
{
    /// <summary>The defaults.</summary>
    public static StepOptions Default { get; } = new();

    /// <summary>Items that are worked on at the same time. Default: 1.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Finished items that may wait for the next step, beside those being worked on. Default: 16.</summary>
    public int Buffer { get; init; } = 16;

    internal StepOptions Checked()
    {
        if (Parallelism < 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"Parallelism is {Parallelism}, but at least 1 is needed.");
        }

        return Buffer >= 0 ? this : throw new SimileException(ErrorCode.InvalidOption, $"Buffer is {Buffer}, but at least 0 is needed.");
    }
}
