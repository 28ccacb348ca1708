using Simile.Engine.Functions;
using Simile.Engine.Products;

namespace Simile.Engine.Transformers;

/// <summary>What all layers of an encoder have in common.</summary>
internal sealed record TransformerConfig
{
    /// <summary>Values a position (H), a multiple of 4.</summary>
    public required int Hidden { get; init; }

    /// <summary>Attention heads of the queries.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of the keys and values, a divisor of <see cref="Heads"/>: each serves as many queries' heads in a row
    /// (grouped queries, Ainslie et al. 2023). Default: <see cref="Heads"/>.</summary>
    public int KeyValueHeads
    {
        get => field == 0 ? Heads : field;
        init;
    }

    /// <summary>Values a head (d), a multiple of 4. Default: H / heads.</summary>
    public int HeadSize
    {
        get => field == 0 ? Hidden / Heads : field;
        init;
    }

    /// <summary>What scores are multiplied by before the softmax; 0 for the default, 1 / √d.</summary>
    public float AttentionScale { get; init; }

    /// <summary>Values between the two products of the feed-forward part (I), a multiple of 4.</summary>
    public required int Intermediate { get; init; }

    /// <summary>The function between them.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>The feed-forward part is gated: f(X · W₁) ∘ (X · W₂).</summary>
    public bool Gated { get; init; }

    /// <summary>Where the layers normalize.</summary>
    public NormPlacement Norm { get; init; }

    /// <summary>How the layers normalize.</summary>
    public NormKind NormKind { get; init; }

    /// <summary>A position sees itself and those before it only.</summary>
    public bool Causal { get; init; }

    /// <summary>ε of the norms.</summary>
    public required float Epsilon { get; init; }

    /// <summary>The most positions there are.</summary>
    public required int Positions { get; init; }

    /// <summary>The arithmetic of the products.</summary>
    public ComputeOptions Compute { get; init; } = new();

    /// <summary>Values of all queries' heads (heads · d): what attention hands to its output product.</summary>
    internal int ContextWidth => Heads * HeadSize;

    /// <summary>Values of queries, keys and values together.</summary>
    internal int ProjectedWidth => (Heads + (2 * KeyValueHeads)) * HeadSize;
}

/// <summary>How a row is normalized.</summary>
internal enum NormKind
{
    /// <summary>By its mean and its deviation (Ba, Kiros and Hinton 2016).</summary>
    Layer,

    /// <summary>By its root mean square alone (Zhang and Sennrich 2019).</summary>
    RootMeanSquare,
}

/// <summary>Where a layer normalizes.</summary>
internal enum NormPlacement
{
    /// <summary>Behind each residual sum, as in BERT.</summary>
    After,

    /// <summary>Before attention and before the feed-forward part, as in ModernBERT; with output norms also behind each, before the
    /// residual sum, as in Gemma.</summary>
    Before,
}

/// <summary>How a network computes.</summary>
internal sealed record ComputeOptions
{
    /// <summary>The arithmetic of the products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>The fastest instructions that may be used. Default: all.</summary>
    public InstructionLevel Level { get; init; } = InstructionLevel.Assembled;
}
