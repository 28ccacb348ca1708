using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>CLIP's text tower: norms before the parts, attention to earlier tokens only, the state of the end token, a product behind it. Radford et al. 2021.</summary>
internal sealed class ClipTextLayout(ModelConfig config, SafetensorsSet weights, int dimensions) : EncoderLayout(config, weights, "text_model.")
{
    // Published configurations say 2 whatever the vocabulary; Hugging Face's library takes the largest id for them.
    private const int LegacyEnd = 2;
    private static readonly string[] OtherTower = ["vision_model.", "visual_projection.", "logit_scale", "text_model.embeddings.position_ids"];

    public override EncoderShape Shape { get; } = new()
    {
        Hidden = config.NumberOr("hidden_size", ClipTextReader.Hidden),
        Heads = config.NumberOr("num_attention_heads", 8),
        Intermediate = config.NumberOr("intermediate_size", 2048),
        Activation = config.Has("hidden_act") ? ActivationNames.Parse(config, "hidden_act") : ActivationKind.QuickGelu,
        Norm = NormPlacement.Before,
        Causal = true,
        Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-5),
        Positions = config.NumberOr("max_position_embeddings", ClipTextReader.Positions),
    };

    public override int LayerCount => Config.NumberOr("num_hidden_layers", 12);

    public override EndOfText EndOfText { get; } = new(config.NumberOrNull("eos_token_id") is { } end and not LegacyEnd ? end : null);

    public override DenseLayer Projection() => new(ReadWhole("text_projection.weight", dimensions, Shape.Hidden), Shape.Hidden);

    public override LayerWeights Layer(int index)
    {
        var layer = $"encoder.layers.{index}.";
        string[] attention = [layer + "self_attn.q_proj", layer + "self_attn.k_proj", layer + "self_attn.v_proj"];
        return new LayerWeights
        {
            QueryKeyValue = Stack(attention),
            QueryKeyValueBias = StackBiases(attention),
            Output = Read(layer + "self_attn.out_proj.weight", Shape.Hidden, Shape.Hidden),
            OutputBias = Read(layer + "self_attn.out_proj.bias", Shape.Hidden),
            FeedForwardIn = Read(layer + "mlp.fc1.weight", Shape.Intermediate, Shape.Hidden),
            FeedForwardInBias = Read(layer + "mlp.fc1.bias", Shape.Intermediate),
            FeedForwardOut = Read(layer + "mlp.fc2.weight", Shape.Hidden, Shape.Intermediate),
            FeedForwardOutBias = Read(layer + "mlp.fc2.bias", Shape.Hidden),
            AttentionNorm = Norm(layer + "layer_norm1"),
            FeedForwardNorm = Norm(layer + "layer_norm2"),
        };
    }

    public override void RequireAllRead() => RequireAllReadBut(OtherTower);

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.token_embedding.weight"),
        Table = NameOf("embeddings.token_embedding.weight"),
        Positions = Read("embeddings.position_embedding.weight", Shape.Positions, Shape.Hidden),
    };

    protected override NormWeights FinalNorm() => Norm("final_layer_norm");
}
