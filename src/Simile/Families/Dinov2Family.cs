using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>DINOv2: a vision transformer with a factor behind every part, gated in its largest size, its positions stretched to the
/// pictures' size; the state of the class row.</summary>
/// <remarks>Oquab et al. 2023, in the names of Hugging Face's Dinov2Model. Variants with registers are refused.</remarks>
internal sealed class Dinov2Family : ModelFamily
{
    public override ImmutableArray<string> ModelTypes { get; } = ["dinov2"];

    public override Modality Embeds(string modelType) => Modality.Image;

    public override VisionNetwork? Image(ImageSource source)
    {
        var isGated = source.Config?.FlagOrNull("use_swiglu_ffn") ?? false;
        var names = Array.Find(
            [Names("dinov2.", isGated), Names(string.Empty, isGated)],
            names => names.Fit(source.Tensors) && source.Tensors.Has(names.Layers.Prefix(0) + names.Layers.AttentionScale)
        );
        if (names is null)
        {
            return null;
        }

        var config = source.RequireConfig();
        var traits = new VisionTraits
        {
            Heads = config.Number("num_attention_heads"),
            Activation = isGated ? ActivationKind.Silu : ActivationNames.Parse(config, "hidden_act"),
            Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-6),
            IsGated = isGated,
            Side = source.Side,
        };
        return new VisionNetwork("dinov2", VisionTransformer.Read(source.Tensors, names, traits, source.Compute), head: null);
    }

    // "dinov2." in checkpoints with a head, or nothing. ViT's names but for what is DINOv2's own.
    private static VisionNames Names(string prefix, bool isGated)
    {
        var vit = VitFamily.HuggingFace(prefix);
        return vit with
        {
            Layers = vit.Layers with
            {
                AttentionNorm = "norm1",
                AttentionScale = "layer_scale1.lambda1",
                FeedForwardIn = isGated ? "mlp.weights_in" : "mlp.fc1",
                FeedForwardOut = isGated ? "mlp.weights_out" : "mlp.fc2",
                FeedForwardNorm = "norm2",
                FeedForwardScale = "layer_scale2.lambda1",
            },
            Ignored = [prefix + "embeddings.mask_token", "classifier."],
        };
    }
}
