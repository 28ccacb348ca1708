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
