namespace Simile;

/// <summary>What became of one input.</summary>
/// <param name="TokensSeen">Tokens the whole input has.</param>
/// <param name="TokensUsed">Tokens that went into the vector.</param>
/// <param name="Error">Why there is no vector, or null when there is one.</param>
public readonly record struct EmbeddingOutcome(int TokensSeen, int TokensUsed, SimileException? Error = null)
{
    /// <summary>Whether something of the input was cut off because of the token limit.</summary>
    public bool Truncated { get; init; }

    /// <summary>Whether there is a vector.</summary>
    public bool Succeeded => Error is null;
}
