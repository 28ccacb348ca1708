using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>Vision transformers in the layouts of Hugging Face's ViTModel and of timm: the state of the class row. Dosovitskiy et al.
/// 2020.</summary>
internal sealed class VitFamily : ModelFamily
{
    // In all of timm's sizes but the largest two.
    private const int UsualHeadSize = 64;
    private const int LargestHeads = 16;

    private static readonly VisionNames Timm = new()
    {
        Class = "cls_token",
        Positions = "pos_embed",
        Projection = "patch_embed.proj",
        FinalNorm = "norm",
        Layers = new LayerNames
        {
            Layer = "blocks.{0}.",
            QueryKeyValue = ["attn.qkv"],
            Output = "attn.proj",
            AttentionNorm = "norm1",
            FeedForwardIn = "mlp.fc1",
            FeedForwardOut = "mlp.fc2",
            FeedForwardNorm = "norm2",
            BiasesAreOptional = true,
        },
        Ignored = ["head."],
    };

    public override ImmutableArray<string> ModelTypes { get; } = ["vit"];

    public override Modality Embeds(string modelType) => Modality.Image;

    public override VisionNetwork? Image(ImageSource source)
    {
        var names = Array.Find([HuggingFace("vit."), HuggingFace(string.Empty), Timm], names => names.Fit(source.Tensors));
        if (names is null)
        {
            return null;
        }

        var traits = names == Timm ? TraitsOfTimm(source.RequireConfig(), source.Tensors) : TraitsOfHuggingFace(source.RequireConfig());
        return new VisionNetwork("vit", VisionTransformer.Read(source.Tensors, names, traits, source.Compute), head: null);
    }

    /// <summary>The names of Hugging Face's ViTModel.</summary>
    /// <param name="prefix"><c>vit.</c> in checkpoints with a head, or nothing.</param>
    public static VisionNames HuggingFace(string prefix) =>
        new()
        {
            Class = prefix + "embeddings.cls_token",
            Positions = prefix + "embeddings.position_embeddings",
            Projection = prefix + "embeddings.patch_embeddings.projection",
            FinalNorm = prefix + "layernorm",
            Layers = new LayerNames
            {
                Layer = prefix + "encoder.layer.{0}.",
                QueryKeyValue = ["attention.attention.query", "attention.attention.key", "attention.attention.value"],
                Output = "attention.output.dense",
                AttentionNorm = "layernorm_before",
                FeedForwardIn = "intermediate.dense",
                FeedForwardOut = "output.dense",
                FeedForwardNorm = "layernorm_after",
                BiasesAreOptional = true,
            },
            Ignored = [prefix + "pooler.", "pooler.", "classifier."],
        };

    private static VisionTraits TraitsOfHuggingFace(ModelConfig config) =>
        new()
        {
            Heads = config.Number("num_attention_heads"),
            Activation = ActivationNames.Parse(config, "hidden_act"),
            Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-12),
        };

    // The architecture's name tells the heads.
    private static VisionTraits TraitsOfTimm(ModelConfig config, TensorReader tensors)
    {
        var architecture = config.Text("architecture");
        var isLarge = architecture.Contains("huge", StringComparison.Ordinal) || architecture.Contains("giant", StringComparison.Ordinal);
        var heads =
            config.Child("model_args")?.NumberOrNull("num_heads")
            ?? (isLarge ? LargestHeads : tensors.Shape(Timm.Projection + ".weight", 4)[0] / UsualHeadSize);
        return new VisionTraits
        {
            Heads = heads,
            Activation = ActivationKind.Gelu,
            Epsilon = 1e-6f,
        };
    }
}
