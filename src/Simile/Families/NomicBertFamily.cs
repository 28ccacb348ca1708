using System.Collections.Immutable;
using System.Globalization;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>NomicBERT: BERT with rotary positions and a gated feed-forward part. Nussbaum et al. 2024.</summary>
/// <remarks>Beyond the length it was trained on the model stretches its positions (dynamic NTK); Simile ends there instead.</remarks>
internal sealed class NomicBertFamily : ModelFamily
{
    public override ImmutableArray<string> ModelTypes { get; } = ["nomic_bert"];

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        RequirePlain(config);
        var shape = new TransformerConfig
        {
            Hidden = config.Number("n_embd", "hidden_size"),
            Heads = config.Number("n_head", "num_attention_heads"),
            Intermediate = config.Number("n_inner", "intermediate_size"),
            Activation = ActivationKind.Silu,
            Gated = true,
            Epsilon = (float)(config.RealOrNull("layer_norm_epsilon", "layer_norm_eps") ?? 1e-12),
            Positions = Math.Min(
                config.Number("n_positions", "max_position_embeddings"),
                config.NumberOrNull("max_trained_positions") ?? int.MaxValue
            ),
        };
        config.Require("head_dim", (shape.Hidden / shape.Heads).ToString(CultureInfo.InvariantCulture));
        var theta =
            (config.Child("rope_parameters") is { } parameters ? RotaryScaling.ThetaOf(parameters) : null)
            ?? config.RealOrNull("rotary_emb_base")
            ?? 10000;
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights
            {
                Table = tensors.Rows("embeddings.word_embeddings.weight"),
                TokenTypes = tensors.ReadIfThere(
                    "embeddings.token_type_embeddings.weight",
                    config.NumberOrNull("type_vocab_size") ?? 2,
                    shape.Hidden
                ),
                Norm = tensors.ReadNorm("emb_ln", shape.Hidden),
            },
            Layers = Enumerable
                .Range(0, config.Number("n_layer", "num_hidden_layers"))
                .Select(index => Layer(config, tensors.Under($"encoder.layers.{index}."), shape) with { RotaryTheta = theta }),
        };
    }

    private static LayerWeights Layer(ModelConfig config, TensorReader layer, TransformerConfig shape)
    {
        var (hidden, intermediate) = (shape.Hidden, shape.Intermediate);
        var hasInnerBias = config.FlagOrNull("mlp_fc1_bias") != false && layer.Has("mlp.fc12.bias");
        return new LayerWeights
        {
            QueryKeyValue = layer.Read("attn.Wqkv.weight", 3 * hidden, hidden),
            QueryKeyValueBias = UnlessOff("qkv_proj_bias", "attn.Wqkv.bias", 3 * hidden),
            Output = layer.Read("attn.out_proj.weight", hidden, hidden),
            OutputBias = UnlessOff("qkv_proj_bias", "attn.out_proj.bias", hidden),
            FeedForwardIn = layer.Join(["mlp.fc12.weight", "mlp.fc11.weight"], intermediate, hidden),
            FeedForwardInBias = hasInnerBias ? layer.Join(["mlp.fc12.bias", "mlp.fc11.bias"], intermediate) : null,
            FeedForwardOut = layer.Read("mlp.fc2.weight", hidden, intermediate),
            FeedForwardOutBias = UnlessOff("mlp_fc2_bias", "mlp.fc2.bias", hidden),
            AttentionNorm = layer.ReadNorm("norm1", hidden),
            FeedForwardNorm = layer.ReadNorm("norm2", hidden),
        };

        float[]? UnlessOff(string flag, string name, int size) => config.FlagOrNull(flag) == false ? null : layer.ReadIfThere(name, size);
    }

    private static void RequirePlain(ModelConfig config)
    {
        if (config.Has("n_embd") && !(config.Has("activation_function") && config.Has("rotary_emb_fraction")))
        {
            throw config.Unsupported(
                "a NomicBERT without a gate or without rotary positions ('activation_function', 'rotary_emb_fraction')"
            );
        }

        config.Require("activation_function", "swiglu");
        config.Require("hidden_act", "silu");
        config.Require("rotary_emb_fraction", "1", "1.0");
        config.Require("scale_attn_weights", "true");
        config.RefuseAny(
            "prenorm",
            "rotary_emb_interleaved",
            "causal",
            "use_rms_norm",
            "parallel_block",
            "scale_attn_by_inverse_layer_idx",
            "moe_every_n_layers",
            "num_experts",
            "rotary_emb_scale_base"
        );
        RotaryScaling.Require(config, "rope_scaling");
    }
}
