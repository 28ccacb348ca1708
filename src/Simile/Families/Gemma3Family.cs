using System.Collections.Immutable;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>Gemma 3 as EmbeddingGemma uses it: both directions, grouped queries, RMS norms before and behind the parts and in every head,
/// near and far layers with rotary bases of their own.</summary>
/// <remarks>Gemma Team 2025; Vera et al. 2025.</remarks>
internal sealed class Gemma3Family : ModelFamily
{
    private const int UsualHeadSize = 256;
    private const int UsualWindow = 4096;
    private const int UsualPattern = 6;

    public override ImmutableArray<string> ModelTypes { get; } = ["gemma3_text"];

    public override string Prefix(string modelType) => "model.";

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        config.RefuseAny("attn_logit_softcapping", "attention_bias");
        var isBidirectional = config.FlagOrNull("use_bidirectional_attention") ?? false;
        var shape = new TransformerConfig
        {
            Hidden = config.Number("hidden_size"),
            Heads = config.Number("num_attention_heads"),
            KeyValueHeads = config.Number("num_key_value_heads"),
            HeadSize = config.NumberOr("head_dim", UsualHeadSize),
            Intermediate = config.Number("intermediate_size"),
            Activation = ActivationNames.Parse(config, "hidden_activation"),
            Gated = true,
            Norm = NormPlacement.Before,
            NormKind = NormKind.RootMeanSquare,
            Causal = !isBidirectional,
            AttentionScale = (float)(1 / Math.Sqrt(config.RealOrNull("query_pre_attn_scalar") ?? UsualHeadSize)),
            Epsilon = (float)(config.RealOrNull("rms_norm_eps") ?? 1e-6),
            Positions = config.Number("max_position_embeddings"),
        };
        var types = TypesOf(config, isBidirectional);
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights { Table = tensors.Rows("embed_tokens.weight"), Scale = MathF.Sqrt(shape.Hidden) },
            Layers = Enumerable
                .Range(0, types.Count)
                .Select(index =>
                    Layer(tensors.Under($"layers.{index}."), shape) with
                    {
                        Window = types.WindowOf(index),
                        RotaryTheta = types.ThetaOf(index),
                    }
                ),
            FinalNorm = Norm(tensors, "norm", shape.Hidden),
        };
    }

    private static LayerWeights Layer(TensorReader layer, TransformerConfig shape)
    {
        var (hidden, intermediate) = (shape.Hidden, shape.Intermediate);
        var (queries, keys) = (shape.Heads * shape.HeadSize, shape.KeyValueHeads * shape.HeadSize);
        var attention = layer.Under("self_attn.");
        return new LayerWeights
        {
            QueryKeyValue =
            [
                .. attention.Read("q_proj.weight", queries, hidden),
                .. attention.Join(["k_proj.weight", "v_proj.weight"], keys, hidden),
            ],
            Output = attention.Read("o_proj.weight", hidden, queries),
            QueryNorm = Norm(attention, "q_norm", shape.HeadSize),
            KeyNorm = Norm(attention, "k_norm", shape.HeadSize),
            FeedForwardIn = layer.Join(["mlp.gate_proj.weight", "mlp.up_proj.weight"], intermediate, hidden),
            FeedForwardOut = layer.Read("mlp.down_proj.weight", hidden, intermediate),
            AttentionNorm = Norm(layer, "input_layernorm", hidden),
            AttentionOutputNorm = Norm(layer, "post_attention_layernorm", hidden),
            FeedForwardNorm = Norm(layer, "pre_feedforward_layernorm", hidden),
            FeedForwardOutputNorm = Norm(layer, "post_feedforward_layernorm", hidden),
        };
    }

    private static LayerTypes TypesOf(ModelConfig config, bool isBidirectional)
    {
        RotaryScaling.Require(config, "rope_scaling");
        var pattern = config.NumberOr("_sliding_window_pattern", config.NumberOr("sliding_window_pattern", UsualPattern));

        // The bound is exclusive; read both ways, half of the window lies on either side.
        var window = config.NumberOr("sliding_window", UsualWindow);
        return new LayerTypes(
            LayerTypes.Read(config, layer => (layer + 1) % pattern == 0),
            isBidirectional ? window / 2 : window - 1,
            RotaryScaling.ThetaOf(config, LayerTypes.All, "rope_theta", 1000000),
            RotaryScaling.ThetaOf(config, LayerTypes.Near, "rope_local_base_freq", 10000)
        );
    }

    // Gemma's norms multiply by 1 + w.
    private static NormWeights Norm(TensorReader tensors, string name, int size) =>
        new([.. tensors.Read(name + ".weight", size).Select(weight => 1 + weight)], Bias: null);
}
