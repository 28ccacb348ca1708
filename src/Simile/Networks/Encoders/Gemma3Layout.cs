using System.Collections.Immutable;
using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>Gemma 3 as EmbeddingGemma uses it: both directions, grouped queries, RMS norms before and behind the parts and in every head, near and far layers with rotary bases of their own. Gemma Team 2025; Vera et al. 2025.</summary>
internal sealed class Gemma3Layout : EncoderLayout
{
    private const string Everywhere = "full_attention";
    private const string Near = "sliding_attention";
    private const int UsualHeadSize = 256;
    private const int UsualWindow = 4096;
    private const int UsualPattern = 6;
    private readonly ImmutableArray<string> _types;
    private readonly Dictionary<string, double> _thetas;
    private readonly int _window;

    public Gemma3Layout(ModelConfig config, SafetensorsSet weights, string prefix)
        : base(config, weights, prefix)
    {
        var bidirectional = config.FlagOrNull("use_bidirectional_attention") ?? false;
        Shape = new EncoderShape
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
            Causal = !bidirectional,
            AttentionScale = (float)(1 / Math.Sqrt(config.RealOrNull("query_pre_attn_scalar") ?? UsualHeadSize)),
            Epsilon = (float)(config.RealOrNull("rms_norm_eps") ?? 1e-6),
            Positions = config.Number("max_position_embeddings"),
        };
        config.RefuseAny("attn_logit_softcapping", "attention_bias");
        RotaryScaling.Require(config, "rope_scaling");
        LayerCount = config.Number("num_hidden_layers");
        // The bound is exclusive; read both ways, half of the window lies on either side.
        var window = config.NumberOr("sliding_window", UsualWindow);
        _window = bidirectional ? window / 2 : window - 1;
        _types = TypesOf(config, LayerCount);
        _thetas = new Dictionary<string, double>(StringComparer.Ordinal) { [Everywhere] = RotaryScaling.ThetaOf(config, Everywhere, "rope_theta", 1000000), [Near] = RotaryScaling.ThetaOf(config, Near, "rope_local_base_freq", 10000) };
    }

    public override EncoderShape Shape { get; }

    public override int LayerCount { get; }

    public override LayerWeights Layer(int index)
    {
        var layer = $"layers.{index}.";
        var (attention, hidden, intermediate) = (layer + "self_attn.", Shape.Hidden, Shape.Intermediate);
        var (queries, keys) = (Shape.Heads * Shape.HeadSize, Shape.KeyValueHeads * Shape.HeadSize);
        return new LayerWeights
        {
            QueryKeyValue = [.. Read(attention + "q_proj.weight", queries, hidden), .. Read(attention + "k_proj.weight", keys, hidden), .. Read(attention + "v_proj.weight", keys, hidden)],
            Output = Read(attention + "o_proj.weight", hidden, queries),
            QueryNorm = NormFromZero(attention + "q_norm", Shape.HeadSize),
            KeyNorm = NormFromZero(attention + "k_norm", Shape.HeadSize),
            FeedForwardIn = [.. Read(layer + "mlp.gate_proj.weight", intermediate, hidden), .. Read(layer + "mlp.up_proj.weight", intermediate, hidden)],
            FeedForwardOut = Read(layer + "mlp.down_proj.weight", hidden, intermediate),
            AttentionNorm = NormFromZero(layer + "input_layernorm", hidden),
            AttentionOutputNorm = NormFromZero(layer + "post_attention_layernorm", hidden),
            FeedForwardNorm = NormFromZero(layer + "pre_feedforward_layernorm", hidden),
            FeedForwardOutputNorm = NormFromZero(layer + "post_feedforward_layernorm", hidden),
            Window = _types[index] == Everywhere ? 0 : _window,
            RotaryTheta = _thetas[_types[index]],
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embed_tokens.weight"),
        Table = NameOf("embed_tokens.weight"),
        Scale = MathF.Sqrt(Shape.Hidden),
    };

    protected override NormWeights FinalNorm() => NormFromZero("norm", Shape.Hidden);

    // Gemma's norms multiply by 1 + w.
    private NormWeights NormFromZero(string name, int size) => new([.. Read(name + ".weight", size).Select(weight => 1 + weight)], Bias: null);

    private static ImmutableArray<string> TypesOf(ModelConfig config, int layers)
    {
        var pattern = config.NumberOr("_sliding_window_pattern", config.NumberOr("sliding_window_pattern", UsualPattern));
        if (!config.Has("layer_types"))
        {
            return [.. Enumerable.Range(1, layers).Select(layer => layer % pattern == 0 ? Everywhere : Near)];
        }

        var types = config.TextOrTexts("layer_types");
        return types.Length == layers && types.All(type => type is Everywhere or Near)
            ? types
            : throw config.Unsupported($"{types.Length} layer_types for {layers} layers ({string.Join(", ", types.Distinct())}); one for each of {Everywhere} and {Near} is wanted");
    }
}
