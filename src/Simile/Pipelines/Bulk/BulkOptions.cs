using Simile.Vectors;

namespace Simile.Pipelines.Bulk;

/// <summary>Options of <see cref="BulkEmbedding"/>.</summary>
public sealed record BulkOptions
{
    /// <summary>Options of every embedding. Default: those of the model.</summary>
    public EmbedOptions Embed { get; init; } = EmbedOptions.Default;

    /// <summary>The most lines that are embedded together; fewer where a model is slow, so that checkpoints are in time. They change the
    /// time and the memory, never a vector. Default: 4096.</summary>
    public int LinesAtOnce { get; init; } = 4096;

    /// <summary>How much work a crash may cost, about. Default: half a second.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The field of a .jsonl line that holds the text. Default: <c>text</c>.</summary>
    public string TextField { get; init; } = "text";

    internal BulkOptions Checked()
    {
        if (LinesAtOnce < 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"LinesAtOnce is {LinesAtOnce}, but at least 1 is needed.");
        }

        return CheckpointEvery >= TimeSpan.Zero
            ? this
            : throw new SimileException(ErrorCode.InvalidOption, $"CheckpointEvery is {CheckpointEvery}, but it cannot be negative.");
    }
}
