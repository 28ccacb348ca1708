using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Functions;

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
