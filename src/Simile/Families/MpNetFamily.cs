using System.Collections.Immutable;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>MPNet: positions begin at row 2, and learned numbers for bucketed distances are added to the scores of every layer. Song et al.
/// 2020.</summary>
internal sealed class MpNetFamily : ModelFamily
{
    // Behind a padding token of id 1, whatever the configuration says it is.
    private const int FirstPosition = 2;

    private static readonly LayerNames Names = BertFamily.Names with
    {
        QueryKeyValue = ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
        Output = "attention.attn.o",
        AttentionNorm = "attention.LayerNorm",
    };

    public override ImmutableArray<string> ModelTypes { get; } = ["mpnet"];

    public override string Prefix(string modelType) => "mpnet.";

    public override TextTransformer Text(TextSource source)
    {
        var (config, tensors) = (source.Checkpoint.Config, source.Tensors);
        var buckets = config.NumberOrNull("relative_attention_num_buckets") ?? 32;
        var shape = BertFamily.ShapeOf(config);
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights
            {
                Table = tensors.Rows("embeddings.word_embeddings.weight"),
                Positions = tensors.Read("embeddings.position_embeddings.weight", shape.Positions, shape.Hidden),
                FirstPosition = FirstPosition,
                Norm = tensors.ReadNorm("embeddings.LayerNorm", shape.Hidden),
            },
            Layers = Names.ReadAll(tensors, shape, config.Number("num_hidden_layers")),
            Relative = new RelativeWeights(tensors.Read("encoder.relative_attention_bias.weight", buckets, shape.Heads), buckets),
        };
    }

    public override SequenceHead Head(ModelConfig config, ImmutableArray<string> labels) => SequenceHead.OfRoberta(labels);
}
