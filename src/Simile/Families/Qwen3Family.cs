using System.Collections.Immutable;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>Qwen3 as Qwen3-Embedding and Qwen3-Reranker use it: causal, grouped queries, RMS norms before the parts and in every head,
/// rotary positions, gated feed-forward.</summary>
/// <remarks>Yang et al. 2025; Zhang et al. 2025.</remarks>
internal sealed class Qwen3Family : ModelFamily
{
    private const int UsualHeadSize = 128;

    public override ImmutableArray<string> ModelTypes { get; } = ["qwen3"];

    public override string Prefix(string modelType) => "model.";

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        RequirePlainAttention(config);
        var heads = config.Number("num_attention_heads");
        var shape = new TransformerConfig
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
        var parameters = config.Child("rope_parameters");
        var theta = (parameters is null ? null : RotaryScaling.ThetaOf(parameters)) ?? config.RealOrNull("rope_theta") ?? 10000;
        var isBiased = config.FlagOrNull("attention_bias") ?? false;
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights { Table = tensors.Rows("embed_tokens.weight") },
            Layers = Enumerable
                .Range(0, config.Number("num_hidden_layers"))
                .Select(index => Layer(tensors.Under($"layers.{index}."), shape, isBiased) with { RotaryTheta = theta }),
            FinalNorm = tensors.ReadBareNorm("norm", shape.Hidden),
        };
    }

    // The share of "yes" among the two answers is the sigmoid of the difference of their scores, which is one product.
    public override IEnumerable<LinearLayer> ReadHead(SequenceHead head, TextSource source, int hidden)
    {
        if (head.Answers is not var (yes, no))
        {
            throw source.Checkpoint.Config.Unsupported("a Qwen3 with a head of labels");
        }

        // Without a table of their own the scores come from the tokens' table, as in the published sizes.
        var table = source.Whole.Has("lm_head.weight") ? source.Whole.Rows("lm_head.weight") : source.Tensors.Rows("embed_tokens.weight");
        var (ofYes, ofNo) = (new float[hidden], new float[hidden]);
        table.Read(yes, ofYes);
        table.Read(no, ofNo);
        return [new LinearLayer([.. ofYes.Zip(ofNo, (a, b) => a - b)], bias: null, hidden)];
    }

    private static LayerWeights Layer(TensorReader layer, TransformerConfig shape, bool isBiased)
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
            QueryKeyValueBias = isBiased
                ? [.. attention.Read("q_proj.bias", queries), .. attention.Join(["k_proj.bias", "v_proj.bias"], keys)]
                : null,
            Output = attention.Read("o_proj.weight", hidden, queries),
            OutputBias = attention.ReadIf(isBiased, "o_proj.bias", hidden),
            QueryNorm = attention.ReadBareNorm("q_norm", shape.HeadSize),
            KeyNorm = attention.ReadBareNorm("k_norm", shape.HeadSize),
            FeedForwardIn = layer.Join(["mlp.gate_proj.weight", "mlp.up_proj.weight"], intermediate, hidden),
            FeedForwardOut = layer.Read("mlp.down_proj.weight", hidden, intermediate),
            AttentionNorm = layer.ReadBareNorm("input_layernorm", hidden),
            FeedForwardNorm = layer.ReadBareNorm("post_attention_layernorm", hidden),
        };
    }

    // A window is allowed for in the configuration and used by no published embedding model.
    private static void RequirePlainAttention(ModelConfig config)
    {
        config.RefuseAny("use_sliding_window");
        RotaryScaling.Require(config, "rope_scaling");
        if (config.Has("layer_types") && config.TextOrTexts("layer_types") is var types && types.Any(type => type != LayerTypes.All))
        {
            throw config.Unsupported($"layers of the types {string.Join(", ", types.Distinct())} ({LayerTypes.All} is run)");
        }
    }
}
