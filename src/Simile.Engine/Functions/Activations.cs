using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Functions;

/// <summary>A function applied to every value.</summary>
internal interface IActivation
{
    static abstract Vector512<float> Of(Vector512<float> x);
}

/// <summary>x.</summary>
internal readonly struct Identity : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => x;
}

/// <summary>max(x, 0).</summary>
/// <remarks>x · 0 is added: it changes no number, and brings back the NaN that a processor's maximum drops, so that damage reaches the
/// vector and is seen there.</remarks>
internal readonly struct Relu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) =>
        Vector512.MultiplyAddEstimate(x, Vector512<float>.Zero, Vector512.MaxNative(x, Vector512<float>.Zero));
}

/// <summary>x · σ(x), also called swish.</summary>
internal readonly struct Silu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => Sigmoid.Weighted(x, x);
}

/// <summary>x · σ(1.702 x), the approximation of GELU that OpenAI's CLIP was trained with.</summary>
internal readonly struct QuickGelu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => Sigmoid.Weighted(x, x * Vector512.Create(1.702f));
}

/// <summary>GELU by the tangent: x · ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). Hendrycks and Gimpel 2016.</summary>
internal readonly struct GeluTanh : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // ½ (1 + tanh u) = σ(2u).
        var cubic = Vector512.MultiplyAddEstimate(x * x * x, Vector512.Create(0.044715f), x);
        return Sigmoid.Weighted(x, cubic * Vector512.Create(1.5957691216f));
    }
}

/// <summary>tanh(x).</summary>
/// <remarks>x · 0 is added for NaN's sake, as in <see cref="Relu"/>: the exponential takes NaN for −∞.</remarks>
internal readonly struct Tanh : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        var e = Exponential.Of(Vector512.Abs(x) * Vector512.Create(-2f));
        var value = (Vector512<float>.One - e) / (Vector512<float>.One + e);
        return Vector512.MultiplyAddEstimate(x, Vector512<float>.Zero, Vector512.CopySign(value, x));
    }
}

/// <summary>σ(x) = 1 / (1 + e⁻ˣ).</summary>
internal static class Sigmoid
{
    /// <summary>value · σ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Weighted(Vector512<float> value, Vector512<float> x) =>
        value / (Vector512<float>.One + Exponential.Of(-x));
}

/// <summary>Applies activations to whole vectors.</summary>
internal static class Activation
{
    private const int Width = 16;

    /// <summary>Replaces every value by the function of it.</summary>
    public static void Apply(ActivationKind kind, Span<float> values)
    {
        switch (kind)
        {
            case ActivationKind.Identity:
                break;
            case ActivationKind.Relu:
                Apply<Relu>(values);
                break;
            case ActivationKind.Gelu:
                Apply<GeluErf>(values);
                break;
            case ActivationKind.GeluTanh:
                Apply<GeluTanh>(values);
                break;
            case ActivationKind.QuickGelu:
                Apply<QuickGelu>(values);
                break;
            case ActivationKind.Silu:
                Apply<Silu>(values);
                break;
            default:
                Apply<Tanh>(values);
                break;
        }
    }

    private static void Apply<TActivation>(Span<float> values)
        where TActivation : struct, IActivation
    {
        Span<float> lanes = stackalloc float[Width];
        for (var i = 0; i < values.Length; i += Width)
        {
            var part = values.Slice(i, Math.Min(Width, values.Length - i));
            lanes.Clear();
            part.CopyTo(lanes);
            Vector512.CopyTo(TActivation.Of(Vector512.Create<float>(lanes)), lanes);
            lanes[..part.Length].CopyTo(part);
        }
    }
}

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

/// <summary>GELU by the error function: x · ½ (1 + erf(x / √2)). Hendrycks and Gimpel 2016.</summary>
/// <remarks>erf as a quotient of polynomials, odd over even, on −4 … 4, where it reaches ±1 in 32-bit floats; the largest error is a few
/// units in the last place.</remarks>
internal readonly struct GeluErf : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        var half = x * Vector512.Create(0.5f);
        return Vector512.MultiplyAddEstimate(half, Erf(x * Vector512.Create(0.70710678118f)), half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Erf(Vector512<float> value)
    {
        var x = Vector512.MinNative(Vector512.MaxNative(value, Vector512.Create(-4f)), Vector512.Create(4f));
        var s = x * x;
        var p = Vector512.MultiplyAddEstimate(s, Vector512.Create(-2.72614225801306e-10f), Vector512.Create(2.77068142495902e-08f));
        p = Vector512.MultiplyAddEstimate(p, s, Vector512.Create(-2.10102402082508e-06f));
        p = Vector512.MultiplyAddEstimate(p, s, Vector512.Create(-5.69250639462346e-05f));
        p = Vector512.MultiplyAddEstimate(p, s, Vector512.Create(-7.34990630326855e-04f));
        p = Vector512.MultiplyAddEstimate(p, s, Vector512.Create(-2.95459980854025e-03f));
        p = Vector512.MultiplyAddEstimate(p, s, Vector512.Create(-1.60960333262415e-02f));
        var q = Vector512.MultiplyAddEstimate(s, Vector512.Create(-1.45660718464996e-05f), Vector512.Create(-2.13374055278905e-04f));
        q = Vector512.MultiplyAddEstimate(q, s, Vector512.Create(-1.68282697438203e-03f));
        q = Vector512.MultiplyAddEstimate(q, s, Vector512.Create(-7.37332916720468e-03f));
        q = Vector512.MultiplyAddEstimate(q, s, Vector512.Create(-1.42647390514189e-02f));
        return p * x / q;
    }
}
