using System.Collections.Immutable;
using Simile.Engine.Kernels;
using Simile.Engine.Transformers;
using Simile.Models;
using Simile.Tokenization;

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
    public void Forward(ITokenStates pass, int first, int end, int left, Span<float> vector)
    {
        for (var i = 0; i < modes.Length; i++)
        {
            var part = vector.Slice(i * hidden, hidden);
            part.Clear();
            Pool(modes[i], pass, Math.Min(first + left, end - 1), end, first, part);
        }
    }

    private static void Pool(PoolingMode mode, ITokenStates pass, int first, int end, int start, Span<float> vector)
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

    private static void Max(ITokenStates pass, int first, int end, Span<float> vector)
    {
        pass.State(first).CopyTo(vector);
        for (var token = first + 1; token < end; token++)
        {
            VectorKernels.Max(pass.State(token), vector);
        }
    }

    // Weights count from the text's first token, a prompt that takes no part included, as in sentence-transformers.
    private static void WeightedMean(ITokenStates pass, int first, int end, int start, Span<float> vector)
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

    private static void Sum(ITokenStates pass, int first, int end, Span<float> vector)
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

/// <summary>Finds the token whose state is a text's (CLIP): what stands behind it takes no part.</summary>
/// <param name="id">The token that ends a text; null for the largest id of each text, which is the same in OpenAI's vocabulary.</param>
internal sealed class EndTokenPooling(int? id)
{
    /// <summary>The place of the first end in a text.</summary>
    public int IndexIn(ReadOnlySpan<int> ids)
    {
        if (id is { } end)
        {
            return Math.Max(0, ids.IndexOf(end));
        }

        var largest = 0;
        for (var i = 1; i < ids.Length; i++)
        {
            largest = ids[i] > ids[largest] ? i : largest;
        }

        return largest;
    }

    /// <summary>Refuses a tokenizer that does not end texts with the token, for then all texts would have the state of their
    /// first.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedTokenizer"/>.</exception>
    public void RequireFrom(ITokenizer tokenizer)
    {
        var suffix = tokenizer.Special.Suffix;
        if (suffix.IsEmpty || (id is { } end && !suffix.Contains(end)))
        {
            var found = suffix.IsEmpty ? "nothing" : string.Join(", ", suffix);
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer puts {found} behind a text, but the network reads "
                    + $"the text's vector from the end token{(id is null ? string.Empty : $" {id}")}. "
                    + "Fetch tokenizer and config.json again."
            );
        }
    }
}
