using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>BERT, and RoBERTa and XLM-R, which differ in where positions begin.</summary>
/// <remarks>Devlin et al. 2018; Liu et al. 2019; Conneau et al. 2019. Names as in Hugging Face's transformers.</remarks>
internal sealed class BertFamily : ModelFamily
{
    private const int UsualPadding = 1;

    /// <summary>The names of the layers' parts, most of which MPNet shares.</summary>
    public static LayerNames Names { get; } =
        new()
        {
            Layer = "encoder.layer.{0}.",
            QueryKeyValue = ["attention.self.query", "attention.self.key", "attention.self.value"],
            Output = "attention.output.dense",
            AttentionNorm = "attention.output.LayerNorm",
            FeedForwardIn = "intermediate.dense",
            FeedForwardOut = "output.dense",
            FeedForwardNorm = "output.LayerNorm",
        };

    public override ImmutableArray<string> ModelTypes { get; } = ["bert", "roberta", "xlm-roberta", "camembert"];

    public override string Prefix(string modelType) => modelType == "bert" ? "bert." : "roberta.";

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        config.Require("position_embedding_type", "absolute");
        var shape = ShapeOf(config);
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights
            {
                Table = tensors.Rows("embeddings.word_embeddings.weight"),
                Positions = tensors.Read("embeddings.position_embeddings.weight", shape.Positions, shape.Hidden),
                FirstPosition = source.Checkpoint.Kind == "bert" ? 0 : FirstPosition(config),
                TokenTypes = tensors.Read("embeddings.token_type_embeddings.weight", config.Number("type_vocab_size"), shape.Hidden),
                Norm = tensors.ReadNorm("embeddings.LayerNorm", shape.Hidden),
            },
            Layers = Names.ReadAll(tensors, shape, config.Number("num_hidden_layers")),
        };
    }

    /// <summary>The shape as BERT's configuration says it, and MPNet's too.</summary>
    public static TransformerConfig ShapeOf(ModelConfig config) =>
        new()
        {
            Hidden = config.Number("hidden_size"),
            Heads = config.Number("num_attention_heads"),
            Intermediate = config.Number("intermediate_size"),
            Activation = ActivationNames.Parse(config, "hidden_act"),
            Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-12),
            Positions = config.Number("max_position_embeddings"),
        };

    public override SequenceHead Head(ModelConfig config, ImmutableArray<string> labels) =>
        config.Text("model_type") == "bert"
            ? new SequenceHead(
                PoolingMode.Cls,
                labels,
                [new HeadLayer("bert.pooler.dense", ActivationKind.Tanh), new HeadLayer("classifier")]
            )
            : SequenceHead.OfRoberta(labels);

    // Positions begin behind the padding token's id, whatever it is; rows up to it belong to padding.
    private static int FirstPosition(ModelConfig config)
    {
        var padding = config.Has("pad_token_id") ? config.NumberOrNull("pad_token_id")!.Value : UsualPadding;
        return padding >= 0 && padding < config.Number("max_position_embeddings") - 1
            ? padding + 1
            : throw config.Unsupported(
                $"the padding token {padding}, behind which positions begin, of {config.Number("max_position_embeddings")} positions"
            );
    }
}
