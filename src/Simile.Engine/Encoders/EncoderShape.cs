using Simile.Engine.Functions;

namespace Simile.Engine.Encoders;

/// <summary>What all layers of an encoder have in common.</summary>
public sealed record EncoderShape
{
    /// <summary>Values a position (H), a multiple of 4.</summary>
    public required int Hidden { get; init; }

    /// <summary>Attention heads; H / heads is a multiple of 4.</summary>
    public required int Heads { get; init; }

    /// <summary>Values between the two products of the feed-forward part (I), a multiple of 4.</summary>
    public required int Intermediate { get; init; }

    /// <summary>The function between them.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>The feed-forward part is gated: f(X · W₁) ∘ (X · W₂).</summary>
    public bool Gated { get; init; }

    /// <summary>Where the layers normalize.</summary>
    public NormPlacement Norm { get; init; }

    /// <summary>A position sees itself and those before it only.</summary>
    public bool Causal { get; init; }

    /// <summary>ε of the layer norms.</summary>
    public required float Epsilon { get; init; }

    /// <summary>The most positions there are.</summary>
    public required int Positions { get; init; }

    /// <summary>Values a head (d).</summary>
    public int HeadSize => Hidden / Heads;

    /// <summary>The arithmetic of the products.</summary>
    public ComputeOptions Compute { get; init; } = new();
}
