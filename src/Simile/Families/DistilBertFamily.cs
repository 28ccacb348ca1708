using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>DistilBERT: BERT without token types. Sanh et al. 2019.</summary>
internal sealed class DistilBertFamily : ModelFamily
{
    private static readonly LayerNames Names = new()
    {
        Layer = "transformer.layer.{0}.",
        QueryKeyValue = ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
        Output = "attention.out_lin",
        AttentionNorm = "sa_layer_norm",
        FeedForwardIn = "ffn.lin1",
        FeedForwardOut = "ffn.lin2",
        FeedForwardNorm = "output_layer_norm",
    };

    public override ImmutableArray<string> ModelTypes { get; } = ["distilbert"];

    public override string Prefix(string modelType) => "distilbert.";

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        var shape = new TransformerConfig
        {
            Hidden = config.Number("dim", "hidden_size"),
            Heads = config.Number("n_heads", "num_attention_heads"),
            Intermediate = config.Number("hidden_dim"),
            Activation = ActivationNames.Parse(config, "activation"),
            Epsilon = 1e-12f,
            Positions = config.Number("max_position_embeddings"),
        };
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights
            {
                Table = tensors.Rows("embeddings.word_embeddings.weight"),
                Positions = tensors.Read("embeddings.position_embeddings.weight", shape.Positions, shape.Hidden),
                Norm = tensors.ReadNorm("embeddings.LayerNorm", shape.Hidden),
            },
            Layers = Names.ReadAll(tensors, shape, config.Number("n_layers", "num_hidden_layers")),
        };
    }

    public override SequenceHead Head(ModelConfig config, ImmutableArray<string> labels) =>
        new(PoolingMode.Cls, labels, [new HeadLayer("pre_classifier", ActivationKind.Relu), new HeadLayer("classifier")]);
}
