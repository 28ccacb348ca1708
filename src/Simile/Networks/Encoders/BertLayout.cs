using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>BERT, and RoBERTa and XLM-R, which differ in where positions begin.</summary>
/// <remarks>Devlin et al. 2018; Liu et al. 2019; Conneau et al. 2019. Names as in Hugging Face's transformers.</remarks>
internal sealed class BertLayout : EncoderLayout
{
    /// <summary>Reads the configuration.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="prefix">What stands before every name.</param>
    /// <param name="firstPosition">The row of the first position: 0 for BERT; for RoBERTa the one behind the padding token's id, mostly 2.</param>
    public BertLayout(ModelConfig config, SafetensorsSet weights, string prefix, int firstPosition)
        : base(config, weights, prefix)
    {
        FirstPosition = firstPosition;
        Shape = new EncoderShape
        {
            Hidden = config.Number("hidden_size"),
            Heads = config.Number("num_attention_heads"),
            Intermediate = config.Number("intermediate_size"),
            Activation = ActivationNames.Parse(config, "hidden_act"),
            Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-12),
            Positions = config.Number("max_position_embeddings"),
        };
        config.Require("position_embedding_type", "absolute");
    }

    public override EncoderShape Shape { get; }

    public override int FirstPosition { get; }

    public override int MaxTokens => Shape.Positions - FirstPosition;

    public override int LayerCount => Config.Number("num_hidden_layers");

    public override LayerWeights Layer(int index)
    {
        var layer = $"encoder.layer.{index}.";
        string[] attention = [layer + "attention.self.query", layer + "attention.self.key", layer + "attention.self.value"];
        return new LayerWeights
        {
            QueryKeyValue = Stack(attention),
            QueryKeyValueBias = StackBiases(attention),
            Output = Read(layer + "attention.output.dense.weight", Shape.Hidden, Shape.Hidden),
            OutputBias = Read(layer + "attention.output.dense.bias", Shape.Hidden),
            FeedForwardIn = Read(layer + "intermediate.dense.weight", Shape.Intermediate, Shape.Hidden),
            FeedForwardInBias = Read(layer + "intermediate.dense.bias", Shape.Intermediate),
            FeedForwardOut = Read(layer + "output.dense.weight", Shape.Hidden, Shape.Intermediate),
            FeedForwardOutBias = Read(layer + "output.dense.bias", Shape.Hidden),
            AttentionNorm = Norm(layer + "attention.output.LayerNorm"),
            FeedForwardNorm = Norm(layer + "output.LayerNorm"),
        };
    }

    protected override EmbeddingWeights Embedding() => new()
    {
        File = FileOf("embeddings.word_embeddings.weight"),
        Table = NameOf("embeddings.word_embeddings.weight"),
        Positions = Read("embeddings.position_embeddings.weight", Shape.Positions, Shape.Hidden),
        FirstPosition = FirstPosition,
        TokenTypes = Read("embeddings.token_type_embeddings.weight", Config.Number("type_vocab_size"), Shape.Hidden),
        Norm = Norm("embeddings.LayerNorm"),
    };
}
