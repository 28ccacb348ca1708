using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>NomicBERT: BERT with rotary positions and a gated feed-forward part. Nussbaum et al. 2024.</summary>
/// <remarks>Beyond the length it was trained on the model stretches its positions (dynamic NTK); Simile ends there instead.</remarks>
internal sealed class NomicBertLayout : EncoderLayout
{
    public NomicBertLayout(ModelConfig config, SafetensorsSet weights, string prefix)
        : base(config, weights, prefix)
    {
        if (config.TextOrNull("activation_function") is not "swiglu" || config.FlagOrNull("prenorm") == true || config.RealOrNull("rotary_emb_fraction") is not 1.0
            || config.FlagOrNull("rotary_emb_interleaved") == true || config.RealOrNull("rotary_emb_scale_base") is not null)
        {
            throw config.Unsupported("a NomicBERT other than swiglu with norms behind the parts and plain rotary positions over whole heads");
        }

        Shape = new EncoderShape
        {
            Hidden = config.Number("n_embd"),
            Heads = config.Number("n_head"),
            Intermediate = config.Number("n_inner"),
            Activation = ActivationKind.Silu,
            Gated = true,
            Epsilon = (float)(config.RealOrNull("layer_norm_epsilon") ?? 1e-12),
            Positions = Math.Min(config.Number("n_positions"), config.NumberOrNull("max_trained_positions") ?? int.MaxValue),
        };
    }

    public override EncoderShape Shape { get; }

    public override int LayerCount => Config.Number("n_layer");

    public override LayerWeights Layer(int index)
    {
        var layer = $"encoder.layers.{index}.";
        var (hidden, intermediate) = (Shape.Hidden, Shape.Intermediate);
        return new LayerWeights
        {
            QueryKeyValue = Read(layer + "attn.Wqkv.weight", 3 * hidden, hidden),
            QueryKeyValueBias = ReadIfThere(layer + "attn.Wqkv.bias", 3 * hidden),
            Output = Read(layer + "attn.out_proj.weight", hidden, hidden),
            OutputBias = ReadIfThere(layer + "attn.out_proj.bias", hidden),
            FeedForwardIn = [.. Read(layer + "mlp.fc12.weight", intermediate, hidden), .. Read(layer + "mlp.fc11.weight", intermediate, hidden)],
            FeedForwardInBias = Has(layer + "mlp.fc12.bias") ? [.. Read(layer + "mlp.fc12.bias", intermediate), .. Read(layer + "mlp.fc11.bias", intermediate)] : null,
            FeedForwardOut = Read(layer + "mlp.fc2.weight", hidden, intermediate),
            FeedForwardOutBias = ReadIfThere(layer + "mlp.fc2.bias", hidden),
            AttentionNorm = Norm(layer + "norm1"),
            FeedForwardNorm = Norm(layer + "norm2"),
            RotaryTheta = Config.RealOrNull("rotary_emb_base") ?? 10000,
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.word_embeddings.weight"),
        Table = NameOf("embeddings.word_embeddings.weight"),
        TokenTypes = ReadIfThere("embeddings.token_type_embeddings.weight", Config.NumberOrNull("type_vocab_size") ?? 2, Shape.Hidden),
        Norm = Norm("emb_ln"),
    };
}
