using System.Globalization;
using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>NomicBERT: BERT with rotary positions and a gated feed-forward part. Nussbaum et al. 2024.</summary>
/// <remarks>Beyond the length it was trained on the model stretches its positions (dynamic NTK); Simile ends there instead.</remarks>
internal sealed class NomicBertLayout : EncoderLayout
{
    private readonly double _theta;

    public NomicBertLayout(ModelConfig config, SafetensorsSet weights, string prefix)
        : base(config, weights, prefix)
    {
        if (config.Has("n_embd") && !(config.Has("activation_function") && config.Has("rotary_emb_fraction")))
        {
            throw config.Unsupported("a NomicBERT without a gate or without rotary positions ('activation_function', 'rotary_emb_fraction')");
        }

        config.Require("activation_function", "swiglu");
        config.Require("hidden_act", "silu");
        config.Require("rotary_emb_fraction", "1", "1.0");
        config.Require("scale_attn_weights", "true");
        config.RefuseAny("prenorm", "rotary_emb_interleaved", "causal", "use_rms_norm", "parallel_block", "scale_attn_by_inverse_layer_idx", "moe_every_n_layers", "num_experts", "rotary_emb_scale_base");
        RotaryScaling.Require(config, "rope_scaling");
        Shape = new EncoderShape
        {
            Hidden = config.Number("n_embd", "hidden_size"),
            Heads = config.Number("n_head", "num_attention_heads"),
            Intermediate = config.Number("n_inner", "intermediate_size"),
            Activation = ActivationKind.Silu,
            Gated = true,
            Epsilon = (float)(config.RealOrNull("layer_norm_epsilon", "layer_norm_eps") ?? 1e-12),
            Positions = Math.Min(config.Number("n_positions", "max_position_embeddings"), config.NumberOrNull("max_trained_positions") ?? int.MaxValue),
        };
        config.Require("head_dim", (Shape.Hidden / Shape.Heads).ToString(CultureInfo.InvariantCulture));
        _theta = (config.Child("rope_parameters") is { } parameters ? RotaryScaling.ThetaOf(parameters) : null) ?? config.RealOrNull("rotary_emb_base") ?? 10000;
    }

    public override EncoderShape Shape { get; }

    public override int LayerCount => Config.Number("n_layer", "num_hidden_layers");

    public override LayerWeights Layer(int index)
    {
        var layer = $"encoder.layers.{index}.";
        var (hidden, intermediate) = (Shape.Hidden, Shape.Intermediate);
        return new LayerWeights
        {
            QueryKeyValue = Read(layer + "attn.Wqkv.weight", 3 * hidden, hidden),
            QueryKeyValueBias = ReadUnlessOff("qkv_proj_bias", layer + "attn.Wqkv.bias", 3 * hidden),
            Output = Read(layer + "attn.out_proj.weight", hidden, hidden),
            OutputBias = ReadUnlessOff("qkv_proj_bias", layer + "attn.out_proj.bias", hidden),
            FeedForwardIn = [.. Read(layer + "mlp.fc12.weight", intermediate, hidden), .. Read(layer + "mlp.fc11.weight", intermediate, hidden)],
            FeedForwardInBias = Config.FlagOrNull("mlp_fc1_bias") != false && Has(layer + "mlp.fc12.bias") ? [.. Read(layer + "mlp.fc12.bias", intermediate), .. Read(layer + "mlp.fc11.bias", intermediate)] : null,
            FeedForwardOut = Read(layer + "mlp.fc2.weight", hidden, intermediate),
            FeedForwardOutBias = ReadUnlessOff("mlp_fc2_bias", layer + "mlp.fc2.bias", hidden),
            AttentionNorm = Norm(layer + "norm1"),
            FeedForwardNorm = Norm(layer + "norm2"),
            RotaryTheta = _theta,
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.word_embeddings.weight"),
        Table = NameOf("embeddings.word_embeddings.weight"),
        TokenTypes = ReadIfThere("embeddings.token_type_embeddings.weight", Config.NumberOrNull("type_vocab_size") ?? 2, Shape.Hidden),
        Norm = Norm("emb_ln"),
    };

    private float[]? ReadUnlessOff(string flag, string name, int size) => Config.FlagOrNull(flag) == false ? null : ReadIfThere(name, size);
}
