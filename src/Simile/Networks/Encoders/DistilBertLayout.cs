using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>DistilBERT: BERT without token types. Sanh et al. 2019.</summary>
internal sealed class DistilBertLayout(ModelConfig config, SafetensorsSet weights, string prefix) : EncoderLayout(config, weights, prefix)
{
    public override EncoderShape Shape { get; } = new()
    {
        Hidden = config.Number("dim", "hidden_size"),
        Heads = config.Number("n_heads", "num_attention_heads"),
        Intermediate = config.Number("hidden_dim"),
        Activation = ActivationNames.Parse(config, "activation"),
        Epsilon = 1e-12f,
        Positions = config.Number("max_position_embeddings"),
    };

    public override int LayerCount => Config.Number("n_layers", "num_hidden_layers");

    public override LayerWeights Layer(int index)
    {
        var layer = $"transformer.layer.{index}.";
        string[] attention = [layer + "attention.q_lin", layer + "attention.k_lin", layer + "attention.v_lin"];
        return new LayerWeights
        {
            QueryKeyValue = Stack(attention),
            QueryKeyValueBias = StackBiases(attention),
            Output = Read(layer + "attention.out_lin.weight", Shape.Hidden, Shape.Hidden),
            OutputBias = Read(layer + "attention.out_lin.bias", Shape.Hidden),
            FeedForwardIn = Read(layer + "ffn.lin1.weight", Shape.Intermediate, Shape.Hidden),
            FeedForwardInBias = Read(layer + "ffn.lin1.bias", Shape.Intermediate),
            FeedForwardOut = Read(layer + "ffn.lin2.weight", Shape.Hidden, Shape.Intermediate),
            FeedForwardOutBias = Read(layer + "ffn.lin2.bias", Shape.Hidden),
            AttentionNorm = Norm(layer + "sa_layer_norm"),
            FeedForwardNorm = Norm(layer + "output_layer_norm"),
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.word_embeddings.weight"),
        Table = NameOf("embeddings.word_embeddings.weight"),
        Positions = Read("embeddings.position_embeddings.weight", Shape.Positions, Shape.Hidden),
        Norm = Norm("embeddings.LayerNorm"),
    };
}
