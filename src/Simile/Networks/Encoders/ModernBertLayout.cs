using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>ModernBERT: rotary positions, norms before the parts, gated feed-forward, and attention to near neighbours in two layers of three. Warner et al. 2024.</summary>
internal sealed class ModernBertLayout : EncoderLayout
{
    private readonly int _globalEvery;
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
        _globalEvery = config.NumberOrNull("global_attn_every_n_layers") ?? 3;
        _window = (config.NumberOrNull("local_attention") ?? 128) / 2;
        if (config.Has("rope_scaling") || config.Has("rope_parameters") || config.Has("layer_types"))
        {
            throw config.Unsupported("rotary positions or layer types of its own (rope_scaling, rope_parameters or layer_types)");
        }
    }

    public override EncoderShape Shape { get; }

    public override int LayerCount => Config.Number("num_hidden_layers");

    public override LayerWeights Layer(int index)
    {
        var layer = $"layers.{index}.";
        var isGlobal = index % _globalEvery == 0;
        var (hidden, intermediate) = (Shape.Hidden, Shape.Intermediate);
        return new LayerWeights
        {
            QueryKeyValue = Read(layer + "attn.Wqkv.weight", 3 * hidden, hidden),
            QueryKeyValueBias = ReadIfThere(layer + "attn.Wqkv.bias", 3 * hidden),
            Output = Read(layer + "attn.Wo.weight", hidden, hidden),
            OutputBias = ReadIfThere(layer + "attn.Wo.bias", hidden),
            FeedForwardIn = Read(layer + "mlp.Wi.weight", 2 * intermediate, hidden),
            FeedForwardInBias = ReadIfThere(layer + "mlp.Wi.bias", 2 * intermediate),
            FeedForwardOut = Read(layer + "mlp.Wo.weight", hidden, intermediate),
            FeedForwardOutBias = ReadIfThere(layer + "mlp.Wo.bias", hidden),
            AttentionNorm = index == 0 ? null : Norm(layer + "attn_norm"),
            FeedForwardNorm = Norm(layer + "mlp_norm"),
            Window = isGlobal ? 0 : _window,
            RotaryTheta = isGlobal ? Config.RealOrNull("global_rope_theta") ?? 160000 : Config.RealOrNull("local_rope_theta") ?? 10000,
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.tok_embeddings.weight"),
        Table = NameOf("embeddings.tok_embeddings.weight"),
        Norm = Norm("embeddings.norm"),
    };

    protected override NormWeights FinalNorm() => Norm("final_norm");
}
