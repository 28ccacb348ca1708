using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>MPNet: positions begin at row 2, and learned numbers for bucketed distances are added to the scores of every layer. Song et al. 2020.</summary>
internal sealed class MpNetLayout(ModelConfig config, SafetensorsSet weights, string prefix) : EncoderLayout(config, weights, prefix)
{
    // Behind a padding token of id 1, whatever the configuration says it is.
    private const int Begin = 2;

    public override EncoderShape Shape { get; } = new()
    {
        Hidden = config.Number("hidden_size"),
        Heads = config.Number("num_attention_heads"),
        Intermediate = config.Number("intermediate_size"),
        Activation = ActivationNames.Parse(config, "hidden_act"),
        Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-12),
        Positions = config.Number("max_position_embeddings"),
    };

    public override int FirstPosition => Begin;

    public override int MaxTokens => Shape.Positions - Begin;

    public override int LayerCount => Config.Number("num_hidden_layers");

    public override LayerWeights Layer(int index)
    {
        var layer = $"encoder.layer.{index}.";
        string[] attention = [layer + "attention.attn.q", layer + "attention.attn.k", layer + "attention.attn.v"];
        return new LayerWeights
        {
            QueryKeyValue = Stack(attention),
            QueryKeyValueBias = StackBiases(attention),
            Output = Read(layer + "attention.attn.o.weight", Shape.Hidden, Shape.Hidden),
            OutputBias = Read(layer + "attention.attn.o.bias", Shape.Hidden),
            FeedForwardIn = Read(layer + "intermediate.dense.weight", Shape.Intermediate, Shape.Hidden),
            FeedForwardInBias = Read(layer + "intermediate.dense.bias", Shape.Intermediate),
            FeedForwardOut = Read(layer + "output.dense.weight", Shape.Hidden, Shape.Intermediate),
            FeedForwardOutBias = Read(layer + "output.dense.bias", Shape.Hidden),
            AttentionNorm = Norm(layer + "attention.LayerNorm"),
            FeedForwardNorm = Norm(layer + "output.LayerNorm"),
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.word_embeddings.weight"),
        Table = NameOf("embeddings.word_embeddings.weight"),
        Positions = Read("embeddings.position_embeddings.weight", Shape.Positions, Shape.Hidden),
        FirstPosition = Begin,
        Norm = Norm("embeddings.LayerNorm"),
    };

    protected override RelativeWeights Relative()
    {
        var buckets = Config.NumberOrNull("relative_attention_num_buckets") ?? 32;
        return new RelativeWeights(Read("encoder.relative_attention_bias.weight", buckets, Shape.Heads), buckets);
    }
}
