namespace Simile.Ingestion;

/// <summary>How documents are cut into chunks.</summary>
public sealed record ChunkerOptions
{
    /// <summary>The most tokens of a chunk's text, at least 8; fewer where the model reads fewer. Default: 200.</summary>
    public int MaxTokens { get; init; } = 200;

    /// <summary>Tokens of whole sentences that a chunk repeats of the one before it, less than half of <see cref="MaxTokens"/>. Default:
    /// 30.</summary>
    public int OverlapTokens { get; init; } = 30;

    internal ChunkerOptions Checked() =>
        MaxTokens >= 8 && OverlapTokens >= 0 && OverlapTokens < MaxTokens / 2
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"Chunks of {MaxTokens} tokens with an overlap of {OverlapTokens} cannot be made. At least 8 tokens, and an overlap "
                    + "of less than half of them, are needed."
            );

    internal string Fingerprint => $"chunks/2:{MaxTokens}:{OverlapTokens}";
}
