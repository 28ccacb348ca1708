namespace Simile.Engine.Functions;

/// <summary>The functions between the two products of a feed-forward layer, and behind a dense layer.</summary>
internal enum ActivationKind
{
    /// <summary>None.</summary>
    Identity,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>GELU by the error function (<c>gelu</c>).</summary>
    Gelu,

    /// <summary>GELU by the tangent (<c>gelu_new</c>, <c>gelu_pytorch_tanh</c>).</summary>
    GeluTanh,

    /// <summary>x · σ(1.702 x) (<c>quick_gelu</c>).</summary>
    QuickGelu,

    /// <summary>x · σ(x) (<c>silu</c>, <c>swish</c>).</summary>
    Silu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
}
