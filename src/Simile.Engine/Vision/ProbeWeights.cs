using Simile.Engine.Encoders;

namespace Simile.Engine.Vision;

/// <summary>Attention of one learned query over a picture's patches, and a feed-forward part behind it (SigLIP).</summary>
internal sealed record ProbeWeights
{
    /// <summary>(H): the query.</summary>
    public required float[] Probe { get; init; }

    /// <summary>(3H, H): queries, keys, values.</summary>
    public required float[] QueryKeyValue { get; init; }

    /// <summary>(3H).</summary>
    public required float[] QueryKeyValueBias { get; init; }

    /// <summary>(H, H).</summary>
    public required float[] Output { get; init; }

    /// <summary>(H).</summary>
    public required float[] OutputBias { get; init; }

    /// <summary>The norm before the feed-forward part.</summary>
    public required NormWeights Norm { get; init; }

    /// <summary>(I, H).</summary>
    public required float[] FeedForwardIn { get; init; }

    /// <summary>(I).</summary>
    public required float[] FeedForwardInBias { get; init; }

    /// <summary>(H, I).</summary>
    public required float[] FeedForwardOut { get; init; }

    /// <summary>(H).</summary>
    public required float[] FeedForwardOutBias { get; init; }
}
