using Simile.Engine.Attention;
using Simile.Engine.Functions;
using Simile.Engine.Products;

namespace Simile.Engine.Transformers;

/// <summary>One layer, packed for the kernels.</summary>
internal sealed class TransformerLayer : IDisposable
{
    private TransformerLayer(TransformerConfig shape, LayerWeights weights)
    {
        var (precision, hidden, intermediate) = (shape.Compute.Precision, shape.Hidden, shape.Intermediate);
        Attention = AttentionShape.Of(shape.Heads, shape.HeadSize, weights.Window, shape.Causal, shape.AttentionScale);
        QueryKeyValue = PackedMatrix.Pack(precision, weights.QueryKeyValue, shape.ProjectedWidth, hidden, weights.QueryKeyValueBias);
        Output = PackedMatrix.Pack(precision, weights.Output, hidden, shape.ContextWidth, weights.OutputBias);
        FeedForwardIn = shape.Gated
            ? GatedWeights.Pack(precision, weights.FeedForwardIn, weights.FeedForwardInBias, intermediate, hidden)
            : PackedMatrix.Pack(precision, weights.FeedForwardIn, intermediate, hidden, weights.FeedForwardInBias);
        FeedForwardOut = PackedMatrix.Pack(precision, weights.FeedForwardOut, hidden, intermediate, weights.FeedForwardOutBias);
        AttentionNorm = NormOf(weights.AttentionNorm, shape);
        AttentionOutputNorm = NormOf(weights.AttentionOutputNorm, shape);
        FeedForwardNorm = NormOf(weights.FeedForwardNorm, shape)!;
        FeedForwardOutputNorm = NormOf(weights.FeedForwardOutputNorm, shape);
        QueryNorm = NormOf(weights.QueryNorm, shape);
        KeyNorm = NormOf(weights.KeyNorm, shape);
    }

    public AttentionShape Attention { get; }

    public PackedMatrix QueryKeyValue { get; }

    public PackedMatrix Output { get; }

    public PackedMatrix FeedForwardIn { get; }

    public PackedMatrix FeedForwardOut { get; }

    public LayerNorm? AttentionNorm { get; }

    public LayerNorm? AttentionOutputNorm { get; }

    public LayerNorm FeedForwardNorm { get; }

    public LayerNorm? FeedForwardOutputNorm { get; }

    public LayerNorm? QueryNorm { get; }

    public LayerNorm? KeyNorm { get; }

    public RotaryTable? Rotary { get; private init; }

    public bool TurnsHeads => Rotary is not null || QueryNorm is not null || KeyNorm is not null;

    public long Bytes => QueryKeyValue.Bytes + Output.Bytes + FeedForwardIn.Bytes + FeedForwardOut.Bytes;

    /// <summary>Packs a layer; <paramref name="rotary"/> gives the table of a base.</summary>
    public static TransformerLayer Pack(TransformerConfig shape, LayerWeights weights, Func<double, RotaryTable> rotary) =>
        new(shape, weights) { Rotary = weights.RotaryTheta is { } theta ? rotary(theta) : null };

    public static LayerNorm? NormOf(NormWeights? weights, TransformerConfig shape) =>
        weights is null ? null : new LayerNorm(weights.Weight, weights.Bias, shape.Epsilon, centers: shape.NormKind == NormKind.Layer);

    public void Dispose()
    {
        QueryKeyValue.Dispose();
        Output.Dispose();
        FeedForwardIn.Dispose();
        FeedForwardOut.Dispose();
    }
}
