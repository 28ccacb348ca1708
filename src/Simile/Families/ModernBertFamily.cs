using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>ModernBERT: rotary positions, norms before the parts, gated feed-forward, and attention to near neighbours in two layers of
/// three. Warner et al. 2024.</summary>
internal sealed class ModernBertFamily : ModelFamily
{
    public override ImmutableArray<string> ModelTypes { get; } = ["modernbert"];

    public override string Prefix(string modelType) => "model.";

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        var shape = new TransformerConfig
        {
            Hidden = config.Number("hidden_size"),
            Heads = config.Number("num_attention_heads"),
            Intermediate = config.Number("intermediate_size"),
            Activation = ActivationNames.Parse(config, "hidden_activation"),
            Gated = true,
            Norm = NormPlacement.Before,
            Epsilon = (float)(config.RealOrNull("norm_eps") ?? 1e-5),
            Positions = config.Number("max_position_embeddings"),
        };
        var types = TypesOf(config);
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights
            {
                Table = tensors.Rows("embeddings.tok_embeddings.weight"),
                Norm = Norm(config, tensors, "embeddings.norm"),
            },
            Layers = Enumerable
                .Range(0, types.Count)
                .Select(index => Layer(config, tensors.Under($"layers.{index}."), shape, types, index)),
            FinalNorm = Norm(config, tensors, "final_norm"),
        };
    }

    public override SequenceHead Head(ModelConfig config, ImmutableArray<string> labels)
    {
        var pooling = config.TextOrNull("classifier_pooling") switch
        {
            null or "cls" => PoolingMode.Cls,
            "mean" => PoolingMode.Mean,
            var other => throw config.Unsupported($"the classifier_pooling '{other}' (cls or mean)"),
        };
        var activation = config.Has("classifier_activation") ? ActivationNames.Parse(config, "classifier_activation") : ActivationKind.Gelu;
        return new SequenceHead(
            pooling,
            labels,
            [
                new HeadLayer("head.dense", activation) { Norm = "head.norm", Epsilon = config.RealOrNull("norm_eps") ?? 1e-5 },
                new HeadLayer("classifier"),
            ]
        );
    }

    private static LayerWeights Layer(ModelConfig config, TensorReader layer, TransformerConfig shape, LayerTypes types, int index)
    {
        var (hidden, intermediate) = (shape.Hidden, shape.Intermediate);
        var (attentionBias, feedForwardBias) = (Asked(config, "attention_bias"), Asked(config, "mlp_bias"));
        return new LayerWeights
        {
            QueryKeyValue = layer.Read("attn.Wqkv.weight", 3 * hidden, hidden),
            QueryKeyValueBias = layer.ReadIf(attentionBias, "attn.Wqkv.bias", 3 * hidden),
            Output = layer.Read("attn.Wo.weight", hidden, hidden),
            OutputBias = layer.ReadIf(attentionBias, "attn.Wo.bias", hidden),
            FeedForwardIn = layer.Read("mlp.Wi.weight", 2 * intermediate, hidden),
            FeedForwardInBias = layer.ReadIf(feedForwardBias, "mlp.Wi.bias", 2 * intermediate),
            FeedForwardOut = layer.Read("mlp.Wo.weight", hidden, intermediate),
            FeedForwardOutBias = layer.ReadIf(feedForwardBias, "mlp.Wo.bias", hidden),
            AttentionNorm = index == 0 ? null : Norm(config, layer, "attn_norm"),
            FeedForwardNorm = Norm(config, layer, "mlp_norm"),
            Window = types.WindowOf(index),
            RotaryTheta = types.ThetaOf(index),
        };
    }

    private static LayerTypes TypesOf(ModelConfig config)
    {
        var window = config.NumberOrNull("sliding_window") ?? (config.NumberOrNull("local_attention") ?? 128) / 2;
        var every = config.NumberOr("global_attn_every_n_layers", 3);
        RotaryScaling.Require(config, "rope_scaling");
        return new LayerTypes(
            LayerTypes.Read(config, layer => layer % every == 0),
            window,
            RotaryScaling.ThetaOf(config, LayerTypes.All, "global_rope_theta", 160000),
            RotaryScaling.ThetaOf(config, LayerTypes.Near, "local_rope_theta", 10000)
        );
    }

    private static bool Asked(ModelConfig config, string bias) => config.FlagOrNull(bias) ?? false;

    private static NormWeights Norm(ModelConfig config, TensorReader tensors, string name)
    {
        var hidden = config.Number("hidden_size");
        return new NormWeights(tensors.Read(name + ".weight", hidden), tensors.ReadIf(Asked(config, "norm_bias"), name + ".bias", hidden));
    }
}
