using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>A text tower that was trained with a vision tower, in the names that Hugging Face's CLIPModel and SiglipModel share.</summary>
internal abstract class PairedTextLayout(ModelConfig config, SafetensorsSet weights) : EncoderLayout(config, weights, "text_model.")
{
    private static readonly string[] OtherTower = ["vision_model.", "visual_projection.", "logit_scale", "logit_bias", "text_model.embeddings.position_ids"];

    public override int LayerCount => Config.NumberOr("num_hidden_layers", 12);

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
