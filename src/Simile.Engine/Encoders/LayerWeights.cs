namespace Simile.Engine.Encoders;

/// <summary>The weights of one layer as a checkpoint has them; matrices are (outputs, inputs), row-major. What is null is absent.</summary>
internal sealed record LayerWeights
{
    /// <summary>((heads + 2 · key/value heads) · d, H): queries, keys, values; (3H, H) where all have as many heads and H = heads ·
    /// d.</summary>
    public required float[] QueryKeyValue { get; init; }

    /// <summary>One for each row of <see cref="QueryKeyValue"/>.</summary>
    public float[]? QueryKeyValueBias { get; init; }

    /// <summary>(H, heads · d).</summary>
    public required float[] Output { get; init; }

    /// <summary>(H).</summary>
    public float[]? OutputBias { get; init; }

    /// <summary>(I, H); (2I, H) when gated: the rows under the function, then the others.</summary>
    public required float[] FeedForwardIn { get; init; }

    /// <summary>(I), or (2I) when gated.</summary>
    public float[]? FeedForwardInBias { get; init; }

    /// <summary>(H, I).</summary>
    public required float[] FeedForwardOut { get; init; }

    /// <summary>(H).</summary>
    public float[]? FeedForwardOutBias { get; init; }

    /// <summary>The norm of the attention part; null where the layer has none (ModernBERT's first).</summary>
    public NormWeights? AttentionNorm { get; init; }

    /// <summary>The norm of the feed-forward part.</summary>
    public required NormWeights FeedForwardNorm { get; init; }

    /// <summary>The norm between attention's output product and the residual sum, or null (Gemma has one; only with
    /// <see cref="NormPlacement.Before"/>).</summary>
    public NormWeights? AttentionOutputNorm { get; init; }

    /// <summary>The norm between the feed-forward part and the residual sum, or null.</summary>
    public NormWeights? FeedForwardOutputNorm { get; init; }

    /// <summary>The norm (d) of each head's queries before the rotary positions, or null.</summary>
    public NormWeights? QueryNorm { get; init; }

    /// <summary>The norm (d) of each head's keys before the rotary positions, or null.</summary>
    public NormWeights? KeyNorm { get; init; }

    /// <summary>A query sees keys at most this far away on either side; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>The base of rotary positions, or null for none.</summary>
    public double? RotaryTheta { get; init; }
}

/// <summary>The weights of a norm.</summary>
/// <param name="Weight">(H).</param>
/// <param name="Bias">(H), or null.</param>
internal sealed record NormWeights(float[] Weight, float[]? Bias);
