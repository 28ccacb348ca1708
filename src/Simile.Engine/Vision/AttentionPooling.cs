using Simile.Engine.Functions;
using Simile.Engine.Kernels;
using Simile.Engine.Transformers;

namespace Simile.Engine.Vision;

/// <summary>Pools a picture's patches by the attention of a learned query (Zhai et al. 2023; Lee et al. 2019, with one seed), in 32-bit
/// floats.</summary>
/// <remarks>The query is the same for all pictures, so keys and values need not be computed: q · (K x + b) = (Kᵀ q) · x + q · b, whose last
/// term leaves the softmax as it is, and the weights sum to 1, so Σ aᵢ (V xᵢ + c) = V (Σ aᵢ xᵢ) + c.</remarks>
internal sealed class AttentionPooling
{
    private readonly AttentionPoolingWeights _weights;
    private readonly TransformerConfig _shape;
    private readonly LayerNorm _norm;
    private readonly float[] _queries;

    /// <summary>Prepares the query of each head, turned back through the keys' product.</summary>
    public AttentionPooling(AttentionPoolingWeights weights, TransformerConfig shape)
    {
        (_weights, _shape, _norm) = (weights, shape, TransformerLayer.NormOf(weights.Norm, shape)!);
        _queries = new float[shape.Heads * shape.Hidden];
        var query = new float[shape.Hidden];
        Multiply(weights.QueryKeyValue, weights.QueryKeyValueBias, 0, weights.Probe, query);
        for (var i = 0; i < shape.Hidden; i++)
        {
            var key = weights.QueryKeyValue.AsSpan((shape.Hidden + i) * shape.Hidden, shape.Hidden);
            VectorKernels.AddScaled(
                key,
                query[i] / MathF.Sqrt(shape.HeadSize),
                _queries.AsSpan(i / shape.HeadSize * shape.Hidden, shape.Hidden)
            );
        }
    }

    /// <summary>Writes the vector (H) of one picture.</summary>
    /// <param name="pass">The run that has the states.</param>
    /// <param name="first">The picture's first row in it.</param>
    /// <param name="count">Its rows (P).</param>
    /// <param name="vector">Gets the vector.</param>
    public void Forward(TransformerPass pass, int first, int count, Span<float> vector)
    {
        var context = new float[_shape.Hidden];
        for (var head = 0; head < _shape.Heads; head++)
        {
            Attend(pass, first, count, head, context.AsSpan(head * _shape.HeadSize, _shape.HeadSize));
        }

        Multiply(_weights.Output, _weights.OutputBias, 0, context, vector);
        AddFeedForward(vector);
    }

    private void Attend(TransformerPass pass, int first, int count, int head, Span<float> context)
    {
        var weights = new float[count];
        var query = _queries.AsSpan(head * _shape.Hidden, _shape.Hidden);
        for (var row = 0; row < count; row++)
        {
            weights[row] = VectorKernels.Dot(query, pass.State(first + row));
        }

        var largest = weights.Max();
        var total = 0f;
        foreach (ref var weight in weights.AsSpan())
        {
            weight = MathF.Exp(weight - largest);
            total += weight;
        }

        var mean = new float[_shape.Hidden];
        for (var row = 0; row < count; row++)
        {
            VectorKernels.AddScaled(pass.State(first + row), weights[row] / total, mean);
        }

        Multiply(_weights.QueryKeyValue, _weights.QueryKeyValueBias, (2 * _shape.Hidden) + (head * _shape.HeadSize), mean, context);
    }

    private unsafe void AddFeedForward(Span<float> vector)
    {
        var (normalized, inner, sum) = (new float[_shape.Hidden], new float[_weights.FeedForwardInBias.Length], new float[_shape.Hidden]);
        fixed (float* source = vector)
        fixed (float* target = normalized)
        {
            _norm.Forward(source, target);
        }

        Multiply(_weights.FeedForwardIn, _weights.FeedForwardInBias, 0, normalized, inner);
        Activation.Apply(_shape.Activation, inner);
        Multiply(_weights.FeedForwardOut, _weights.FeedForwardOutBias, 0, inner, sum);
        VectorKernels.AddScaled(sum, 1, vector);
    }

    // Rows of the matrix from a first one on, as many as the output has.
    private static void Multiply(float[] matrix, float[] bias, int firstRow, ReadOnlySpan<float> input, Span<float> output)
    {
        for (var i = 0; i < output.Length; i++)
        {
            output[i] = VectorKernels.Dot(matrix.AsSpan((firstRow + i) * input.Length, input.Length), input) + bias[firstRow + i];
        }
    }
}

/// <summary>Attention of one learned query over a picture's patches, and a feed-forward part behind it (SigLIP).</summary>
internal sealed record AttentionPoolingWeights
{
    /// <summary>(H): the query.</summary>
    public required float[] Probe { get; init; }

    /// <summary>(3H, H): queries, keys, values.</summary>
    public required float[] QueryKeyValue { get; init; }

    /// <summary>(3H).</summary>
    public required float[] QueryKeyValueBias { get; init; }

    /// <summary>(H, H).</summary>
    public required float[] Output { get; init; }

    /// <summary>(H).</summary>
    public required float[] OutputBias { get; init; }

    /// <summary>The norm before the feed-forward part.</summary>
    public required NormWeights Norm { get; init; }

    /// <summary>(I, H).</summary>
    public required float[] FeedForwardIn { get; init; }

    /// <summary>(I).</summary>
    public required float[] FeedForwardInBias { get; init; }

    /// <summary>(H, I).</summary>
    public required float[] FeedForwardOut { get; init; }

    /// <summary>(H).</summary>
    public required float[] FeedForwardOutBias { get; init; }
}
