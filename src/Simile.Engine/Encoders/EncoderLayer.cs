using Simile.Engine.Attention;
using Simile.Engine.Functions;
using Simile.Engine.Products;

namespace Simile.Engine.Encoders;

/// <summary>One layer, packed for the kernels.</summary>
internal sealed class EncoderLayer : IDisposable
{
    private EncoderLayer(EncoderShape shape, LayerWeights weights)
    {
        var (precision, hidden, intermediate) = (shape.Compute.Precision, shape.Hidden, shape.Intermediate);
        Attention = new AttentionShape(shape.Heads, shape.HeadSize, weights.Window, shape.Causal);
        QueryKeyValue = PackedMatrix.Pack(precision, weights.QueryKeyValue, 3 * hidden, hidden, weights.QueryKeyValueBias);
        Output = PackedMatrix.Pack(precision, weights.Output, hidden, hidden, weights.OutputBias);
        FeedForwardIn = shape.Gated
            ? GatedWeights.Pack(precision, weights.FeedForwardIn, weights.FeedForwardInBias, intermediate, hidden)
            : PackedMatrix.Pack(precision, weights.FeedForwardIn, intermediate, hidden, weights.FeedForwardInBias);
        FeedForwardOut = PackedMatrix.Pack(precision, weights.FeedForwardOut, hidden, intermediate, weights.FeedForwardOutBias);
        AttentionNorm = NormOf(weights.AttentionNorm, shape.Epsilon);
        FeedForwardNorm = NormOf(weights.FeedForwardNorm, shape.Epsilon)!;
    }

    public AttentionShape Attention { get; }

    public PackedMatrix QueryKeyValue { get; }

    public PackedMatrix Output { get; }

    public PackedMatrix FeedForwardIn { get; }

    public PackedMatrix FeedForwardOut { get; }

    public LayerNorm? AttentionNorm { get; }

    public LayerNorm FeedForwardNorm { get; }

    public RotaryTable? Rotary { get; private init; }

    public long Bytes => QueryKeyValue.Bytes + Output.Bytes + FeedForwardIn.Bytes + FeedForwardOut.Bytes;

    /// <summary>Packs a layer; <paramref name="rotary"/> gives the table of a base.</summary>
    public static EncoderLayer Pack(EncoderShape shape, LayerWeights weights, Func<double, RotaryTable> rotary) =>
        new(shape, weights) { Rotary = weights.RotaryTheta is { } theta ? rotary(theta) : null };

    public static LayerNorm? NormOf(NormWeights? weights, float epsilon) =>
        weights is null ? null : new LayerNorm(weights.Weight, weights.Bias, epsilon);

    public void Dispose()
    {
        QueryKeyValue.Dispose();
        Output.Dispose();
        FeedForwardIn.Dispose();
        FeedForwardOut.Dispose();
    }
}
