using System.Collections.Immutable;
using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>ModernBERT: rotary positions, norms before the parts, gated feed-forward, and attention to near neighbours in two layers of three. Warner et al. 2024.</summary>
internal sealed class ModernBertLayout : EncoderLayout
{
    private const string Everywhere = "full_attention";
    private const string Near = "sliding_attention";
    private readonly ImmutableArray<string> _types;
    private readonly Dictionary<string, double> _thetas;
    private readonly int _window;

    public ModernBertLayout(ModelConfig config, SafetensorsSet weights, string prefix)
        : base(config, weights, prefix)
    {
        Shape = new EncoderShape
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
        LayerCount = config.Number("num_hidden_layers");
        _window = config.NumberOrNull("sliding_window") ?? (config.NumberOrNull("local_attention") ?? 128) / 2;
        _types = TypesOf(config, LayerCount);
        RotaryScaling.Require(config, "rope_scaling");
        _thetas = new Dictionary<string, double>(StringComparer.Ordinal) { [Everywhere] = RotaryScaling.ThetaOf(config, Everywhere, "global_rope_theta", 160000), [Near] = RotaryScaling.ThetaOf(config, Near, "local_rope_theta", 10000) };
    }

    public override EncoderShape Shape { get; }

    public override int LayerCount { get; }

    public override LayerWeights Layer(int index)
    {
        var layer = $"layers.{index}.";
        var isGlobal = _types[index] == Everywhere;
        var (hidden, intermediate) = (Shape.Hidden, Shape.Intermediate);
        return new LayerWeights
        {
            QueryKeyValue = Read(layer + "attn.Wqkv.weight", 3 * hidden, hidden),
            QueryKeyValueBias = ReadIfAsked(Asked("attention_bias"), layer + "attn.Wqkv.bias", 3 * hidden),
            Output = Read(layer + "attn.Wo.weight", hidden, hidden),
            OutputBias = ReadIfAsked(Asked("attention_bias"), layer + "attn.Wo.bias", hidden),
            FeedForwardIn = Read(layer + "mlp.Wi.weight", 2 * intermediate, hidden),
            FeedForwardInBias = ReadIfAsked(Asked("mlp_bias"), layer + "mlp.Wi.bias", 2 * intermediate),
            FeedForwardOut = Read(layer + "mlp.Wo.weight", hidden, intermediate),
            FeedForwardOutBias = ReadIfAsked(Asked("mlp_bias"), layer + "mlp.Wo.bias", hidden),
            AttentionNorm = index == 0 ? null : BareNorm(layer + "attn_norm"),
            FeedForwardNorm = BareNorm(layer + "mlp_norm"),
            Window = isGlobal ? 0 : _window,
            RotaryTheta = _thetas[_types[index]],
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.tok_embeddings.weight"),
        Table = NameOf("embeddings.tok_embeddings.weight"),
        Norm = BareNorm("embeddings.norm"),
    };

    protected override NormWeights FinalNorm() => BareNorm("final_norm");

    private bool Asked(string bias) => Config.FlagOrNull(bias) ?? false;

    private NormWeights BareNorm(string name) => new(Read(name + ".weight", Shape.Hidden), ReadIfAsked(Asked("norm_bias"), name + ".bias", Shape.Hidden));

    // Of transformers 4: every n-th layer sees all; of transformers 5: each layer says it.
    private static ImmutableArray<string> TypesOf(ModelConfig config, int layers)
    {
        var every = config.NumberOr("global_attn_every_n_layers", 3);
        if (!config.Has("layer_types"))
        {
            return [.. Enumerable.Range(0, layers).Select(index => index % every == 0 ? Everywhere : Near)];
        }

        var types = config.TextOrTexts("layer_types");
        return types.Length == layers && types.All(type => type is Everywhere or Near)
            ? types
            : throw config.Unsupported($"{types.Length} layer_types for {layers} layers ({string.Join(", ", types.Distinct())}); one for each of {Everywhere} and {Near} is wanted");
    }
}
