using Simile.Engine.Encoders;

namespace Simile.Inference;

/// <summary>A transformer of texts as its family reads it from a checkpoint.</summary>
internal sealed record TextTransformer
{
    /// <summary>The shape of all layers.</summary>
    public required EncoderShape Shape { get; init; }

    /// <summary>What comes before the first layer.</summary>
    public required EmbeddingWeights Embedding { get; init; }

    /// <summary>The layers, first to last; each is read when it is asked for, so that one at a time lies in memory unpacked.</summary>
    public required IEnumerable<LayerWeights> Layers { get; init; }

    /// <summary>The norm behind the last layer, or null.</summary>
    public NormWeights? FinalNorm { get; init; }

    /// <summary>Learned numbers for distances, or null.</summary>
    public RelativeWeights? Relative { get; init; }

    /// <summary>The product behind the pooling that belongs to the network itself, or null.</summary>
    public LinearLayer? Projection { get; init; }

    /// <summary>Where each text ends whose vector is one token's state, or null where all tokens take part in the pooling.</summary>
    public EndOfText? EndOfText { get; init; }

    /// <summary>The most tokens of a text, special ones included.</summary>
    public int MaxTokens => Shape.Positions - Embedding.FirstPosition;

    /// <summary>Refuses a checkpoint with tensors that nothing asked for, once all is read; families with many variants do. Null for
    /// others.</summary>
    public Action? RequireAllRead { get; init; }
}
