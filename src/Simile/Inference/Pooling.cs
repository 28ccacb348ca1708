using System.Collections.Immutable;
using Simile.Engine.Encoders;
using Simile.Engine.Kernels;
using Simile.Models;

namespace Simile.Inference;

/// <summary>Makes one vector of the states of a text's tokens.</summary>
/// <param name="modes">The poolings; their vectors are joined.</param>
/// <param name="hidden">Values a state (H).</param>
internal sealed class Pooling(ImmutableArray<PoolingMode> modes, int hidden)
{
    private const float LeastWeight = 1e-9f;

    /// <summary>Values of the joined vector.</summary>
    public int Dimensions => modes.Length * hidden;

    /// <summary>Writes the vector of one text.</summary>
    /// <param name="pass">The run that has the states.</param>
    /// <param name="first">The text's first token in it.</param>
    /// <param name="end">The token after its last.</param>
    /// <param name="left">Tokens at the beginning that take no part (a prompt).</param>
    /// <param name="vector">Gets the vector.</param>
    public void Forward(EncoderPass pass, int first, int end, int left, Span<float> vector)
    {
        for (var i = 0; i < modes.Length; i++)
        {
            var part = vector.Slice(i * hidden, hidden);
            part.Clear();
            Pool(modes[i], pass, Math.Min(first + left, end - 1), end, first, part);
        }
    }

    private static void Pool(PoolingMode mode, EncoderPass pass, int first, int end, int start, Span<float> vector)
    {
        switch (mode)
        {
            case PoolingMode.Cls:
                pass.State(first).CopyTo(vector);
                break;
            case PoolingMode.LastToken:
                pass.State(end - 1).CopyTo(vector);
                break;
            case PoolingMode.Max:
                Max(pass, first, end, vector);
                break;
            case PoolingMode.WeightedMean:
                WeightedMean(pass, first, end, start, vector);
                break;
            default:
                Sum(pass, first, end, vector);
                Scale(vector, 1 / (mode == PoolingMode.Mean ? end - first : MathF.Sqrt(end - first)));
                break;
        }
    }

    private static void Max(EncoderPass pass, int first, int end, Span<float> vector)
    {
        pass.State(first).CopyTo(vector);
        for (var token = first + 1; token < end; token++)
        {
            VectorKernels.Max(pass.State(token), vector);
        }
    }

    // Weights count from the text's first token, a prompt that takes no part included, as in sentence-transformers.
    private static void WeightedMean(EncoderPass pass, int first, int end, int start, Span<float> vector)
    {
        var total = 0f;
        for (var token = first; token < end; token++)
        {
            var weight = token - start + 1;
            total += weight;
            VectorKernels.AddScaled(pass.State(token), weight, vector);
        }

        Scale(vector, 1 / MathF.Max(total, LeastWeight));
    }

    private static void Sum(EncoderPass pass, int first, int end, Span<float> vector)
    {
        for (var token = first; token < end; token++)
        {
            VectorKernels.AddScaled(pass.State(token), 1, vector);
        }
    }

    private static void Scale(Span<float> vector, float factor)
    {
        foreach (ref var value in vector)
        {
            value *= factor;
        }
    }
}
