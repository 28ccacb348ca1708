using System.Runtime.Intrinsics;

namespace Simile.Engine.Functions;

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
