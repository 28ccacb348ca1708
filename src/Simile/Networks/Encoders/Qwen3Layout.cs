using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>Qwen3 as Qwen3-Embedding uses it: causal, grouped queries, RMS norms before the parts and in every head, rotary positions, gated feed-forward. Yang et al. 2025; Zhang et al. 2025.</summary>
internal sealed class Qwen3Layout : EncoderLayout
{
    private const int UsualHeadSize = 128;
    private readonly double _theta;

    public Qwen3Layout(ModelConfig config, SafetensorsSet weights, string prefix)
        : base(config, weights, prefix)
    {
        var heads = config.Number("num_attention_heads");
        Shape = new EncoderShape
        {
            Hidden = config.Number("hidden_size"),
            Heads = heads,
            KeyValueHeads = config.NumberOr("num_key_value_heads", heads),
            HeadSize = config.NumberOr("head_dim", UsualHeadSize),
            Intermediate = config.Number("intermediate_size"),
            Activation = ActivationNames.Parse(config, "hidden_act"),
            Gated = true,
            Norm = NormPlacement.Before,
            NormKind = NormKind.RootMeanSquare,
            Causal = true,
            Epsilon = (float)(config.RealOrNull("rms_norm_eps") ?? 1e-6),
            Positions = config.Number("max_position_embeddings"),
        };
        LayerCount = config.Number("num_hidden_layers");
        RequirePlainAttention(config);
        RotaryScaling.Require(config, "rope_scaling");
        var parameters = config.Child("rope_parameters");
        _theta = (parameters is null ? null : RotaryScaling.ThetaOf(parameters)) ?? config.RealOrNull("rope_theta") ?? 10000;
    }

    public override EncoderShape Shape { get; }

    public override int LayerCount { get; }

    public override LayerWeights Layer(int index)
    {
        var layer = $"layers.{index}.";
        var (attention, hidden, intermediate) = (layer + "self_attn.", Shape.Hidden, Shape.Intermediate);
        var (queries, keys) = (Shape.Heads * Shape.HeadSize, Shape.KeyValueHeads * Shape.HeadSize);
        var biased = Config.FlagOrNull("attention_bias") ?? false;
        return new LayerWeights
        {
            QueryKeyValue = [.. Read(attention + "q_proj.weight", queries, hidden), .. Read(attention + "k_proj.weight", keys, hidden), .. Read(attention + "v_proj.weight", keys, hidden)],
            QueryKeyValueBias = biased ? [.. Read(attention + "q_proj.bias", queries), .. Read(attention + "k_proj.bias", keys), .. Read(attention + "v_proj.bias", keys)] : null,
            Output = Read(attention + "o_proj.weight", hidden, queries),
            OutputBias = ReadIfAsked(biased, attention + "o_proj.bias", hidden),
            QueryNorm = new NormWeights(Read(attention + "q_norm.weight", Shape.HeadSize), Bias: null),
            KeyNorm = new NormWeights(Read(attention + "k_norm.weight", Shape.HeadSize), Bias: null),
            FeedForwardIn = [.. Read(layer + "mlp.gate_proj.weight", intermediate, hidden), .. Read(layer + "mlp.up_proj.weight", intermediate, hidden)],
            FeedForwardOut = Read(layer + "mlp.down_proj.weight", hidden, intermediate),
            AttentionNorm = new NormWeights(Read(layer + "input_layernorm.weight", hidden), Bias: null),
            FeedForwardNorm = new NormWeights(Read(layer + "post_attention_layernorm.weight", hidden), Bias: null),
            RotaryTheta = _theta,
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embed_tokens.weight"),
        Table = NameOf("embed_tokens.weight"),
    };

    // The share of "yes" among the two answers is the sigmoid of the difference of their scores, which is one product.
    public override IEnumerable<DenseLayer> Head(SequenceHead head)
    {
        if (head.Answers is not var (yes, no))
        {
            throw Config.Unsupported("a Qwen3 with a head of labels");
        }

        // Without a table of their own the scores come from the tokens' table, as in the published sizes.
        var table = HasWhole("lm_head.weight") ? "lm_head.weight" : NameOf("embed_tokens.weight");
        return [new DenseLayer([.. ReadRow(table, yes).Zip(ReadRow(table, no), (a, b) => a - b)], bias: null, Shape.Hidden)];
    }

    protected override NormWeights FinalNorm() => new(Read("norm.weight", Shape.Hidden), Bias: null);

    // A window is allowed for in the configuration and used by no published embedding model.
    private static void RequirePlainAttention(ModelConfig config)
    {
        config.RefuseAny("use_sliding_window");
        if (config.Has("layer_types") && config.TextOrTexts("layer_types") is var types && types.Any(type => type != "full_attention"))
        {
            throw config.Unsupported($"layers of the types {string.Join(", ", types.Distinct())} (full_attention is run)");
        }
    }
}
