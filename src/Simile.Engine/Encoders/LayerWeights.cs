namespace Simile.Engine.Encoders;

/// <summary>The weights of one layer as a checkpoint has them; matrices are (outputs, inputs), row-major. What is null is absent.</summary>
public sealed record LayerWeights
{
    /// <summary>(3H, H): queries, keys, values.</summary>
    public required float[] QueryKeyValue { get; init; }

    /// <summary>(3H).</summary>
    public float[]? QueryKeyValueBias { get; init; }

    /// <summary>(H, H).</summary>
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

    /// <summary>A query sees keys at most this far away on either side; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>The base of rotary positions, or null for none.</summary>
    public double? RotaryTheta { get; init; }
}

/// <summary>A layer norm.</summary>
/// <param name="Weight">(H).</param>
/// <param name="Bias">(H), or null.</param>
public sealed record NormWeights(float[] Weight, float[]? Bias);
