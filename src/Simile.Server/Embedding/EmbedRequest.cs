using Simile.Multimodal;

namespace Simile.Server.Embedding;

/// <summary>What any dialect's request comes to.</summary>
/// <param name="Model">The model as the client names it; null or empty for the first one.</param>
/// <param name="Inputs">The inputs.</param>
internal sealed record EmbedRequest(string? Model, EmbedInputs Inputs)
{
    /// <summary>What the inputs are embedded for. A model's name may say it, too.</summary>
    public EmbedPurpose Purpose { get; init; }

    /// <summary>Values a vector; null for all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether vectors have unit length; null as the model does it.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Whether what is too long is cut; else the request is refused.</summary>
    public bool Truncates { get; init; }

    /// <summary>The most tokens of an input that are used; null for the model's own limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Whether inputs that fail leave the others theirs; else the first one fails the request.</summary>
    public bool IsPartial { get; init; }

    /// <summary>What makes one vector of a text with a picture; null for the middle between both on the sphere.</summary>
    public IFusion? Fusion { get; init; }

    /// <summary>Whether the request waits behind those of people; null by its size.</summary>
    public bool? IsBulk { get; init; }
}

/// <summary>The vectors of a request.</summary>
/// <param name="Model">The model that made them.</param>
/// <param name="Purpose">What they were made for.</param>
/// <param name="Batch">A row an input.</param>
internal sealed record EmbedAnswer(ServedModel Model, EmbedPurpose Purpose, EmbeddingBatch Batch)
{
    /// <summary>Tokens that went into the vectors.</summary>
    public long Tokens { get; } = Count(Batch, outcome => outcome.TokensUsed);

    /// <summary>Inputs of which something was cut off.</summary>
    public long Truncated { get; } = Count(Batch, outcome => outcome.Truncated ? 1 : 0);

    private static long Count(EmbeddingBatch batch, Func<EmbeddingOutcome, long> figure)
    {
        var sum = 0L;
        foreach (var outcome in batch.Outcomes)
        {
            sum += figure(outcome);
        }

        return sum;
    }
}
