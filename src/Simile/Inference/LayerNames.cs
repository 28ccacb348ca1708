using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Models;

namespace Simile.Inference;

/// <summary>How a family names the parts of its layers, where they differ from BERT's by their names only: texts and pictures
/// alike.</summary>
internal sealed record LayerNames
{
    /// <summary>What stands before the names of a layer; {0} is its number.</summary>
    public required string Layer { get; init; }

    /// <summary>Queries, keys and values: three names, or one for all.</summary>
    public required string[] QueryKeyValue { get; init; }

    /// <summary>Attention's output product.</summary>
    public required string Output { get; init; }

    /// <summary>The norm of the attention part.</summary>
    public required string AttentionNorm { get; init; }

    /// <summary>The first product of the feed-forward part.</summary>
    public required string FeedForwardIn { get; init; }

    /// <summary>The second.</summary>
    public required string FeedForwardOut { get; init; }

    /// <summary>The norm of the feed-forward part.</summary>
    public required string FeedForwardNorm { get; init; }

    /// <summary>Factors of what attention adds, or null (DINOv2).</summary>
    public string? AttentionScale { get; init; }

    /// <summary>Factors of what the feed-forward part adds, or null.</summary>
    public string? FeedForwardScale { get; init; }

    /// <summary>Whether products may come without a bias.</summary>
    public bool BiasesAreOptional { get; init; }

    /// <summary>What stands before the names of one layer.</summary>
    public string Prefix(int index) =>
        Layer.Replace("{0}", index.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Reads a number of layers, one after the other.</summary>
    public IEnumerable<LayerWeights> ReadAll(TensorReader tensors, TransformerConfig shape, int count) =>
        Enumerable.Range(0, count).Select(index => Read(tensors.Under(Prefix(index)), shape));

    private LayerWeights Read(TensorReader layer, TransformerConfig shape)
    {
        var (hidden, inner, parts) = (shape.Hidden, shape.Gated ? 2 * shape.Intermediate : shape.Intermediate, 3 / QueryKeyValue.Length);
        var (output, outputBias) = Scaled(
            layer,
            AttentionScale,
            layer.Read(Output + ".weight", hidden, hidden),
            Bias(layer, Output, hidden)
        );
        var (feedForwardOut, feedForwardOutBias) = Scaled(
            layer,
            FeedForwardScale,
            layer.Read(FeedForwardOut + ".weight", hidden, shape.Intermediate),
            Bias(layer, FeedForwardOut, hidden)
        );
        return new LayerWeights
        {
            QueryKeyValue = layer.Join(Array.ConvertAll(QueryKeyValue, name => name + ".weight"), parts * hidden, hidden),
            QueryKeyValueBias = Has(layer, QueryKeyValue[0])
                ? layer.Join(Array.ConvertAll(QueryKeyValue, name => name + ".bias"), parts * hidden)
                : null,
            Output = output,
            OutputBias = outputBias,
            FeedForwardIn = layer.Read(FeedForwardIn + ".weight", inner, hidden),
            FeedForwardInBias = Bias(layer, FeedForwardIn, inner),
            FeedForwardOut = feedForwardOut,
            FeedForwardOutBias = feedForwardOutBias,
            AttentionNorm = layer.ReadNorm(AttentionNorm, hidden),
            FeedForwardNorm = layer.ReadNorm(FeedForwardNorm, hidden),
        };
    }

    private bool Has(TensorReader layer, string product) => !BiasesAreOptional || layer.Has(product + ".bias");

    private float[]? Bias(TensorReader layer, string product, int size) => layer.ReadIf(Has(layer, product), product + ".bias", size);

    // λ ∘ (W x + b) is (λ ∘ W) x + λ ∘ b (Touvron et al. 2021).
    private static (float[] Weights, float[]? Bias) Scaled(TensorReader layer, string? name, float[] weights, float[]? bias)
    {
        if (name is null)
        {
            return (weights, bias);
        }

        var factors = layer.Read(name, bias?.Length ?? layer.Shape(name, 1)[0]);
        var columns = weights.Length / factors.Length;
        for (var row = 0; row < factors.Length; row++)
        {
            foreach (ref var value in weights.AsSpan(row * columns, columns))
            {
                value *= factors[row];
            }
        }

        return (weights, bias is null ? null : [.. bias.Zip(factors, (value, factor) => value * factor)]);
    }
}

/// <summary>Reading norms.</summary>
internal static class NormTensors
{
    /// <summary>A layer norm (H), with or without a bias; old checkpoints call weight and bias gamma and beta.</summary>
    public static NormWeights ReadNorm(this TensorReader tensors, string name, int hidden)
    {
        var isOld = tensors.Has(name + ".gamma");
        return new NormWeights(
            tensors.Read(name + (isOld ? ".gamma" : ".weight"), hidden),
            tensors.ReadIfThere(name + (isOld ? ".beta" : ".bias"), hidden)
        );
    }

    /// <summary>A norm without a bias.</summary>
    public static NormWeights ReadBareNorm(this TensorReader tensors, string name, int size) =>
        new(tensors.Read(name + ".weight", size), Bias: null);
}

/// <summary>The names that configurations use for activations.</summary>
internal static class ActivationNames
{
    /// <summary>Reads the entry of a configuration.</summary>
    public static ActivationKind Parse(ModelConfig config, string entry) =>
        config.Text(entry) switch
        {
            "gelu" or "gelu_python" => ActivationKind.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_python_tanh" or "gelu_accurate" => ActivationKind.GeluTanh,
            "quick_gelu" => ActivationKind.QuickGelu,
            "relu" => ActivationKind.Relu,
            "silu" or "swish" => ActivationKind.Silu,
            var other => throw config.Unsupported($"the activation '{other}'"),
        };
}
