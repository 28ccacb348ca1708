using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>CLIP: texts by a causal transformer and the state of the end token, pictures by a vision transformer with a norm before its
/// layers; a product behind each.</summary>
/// <remarks>Radford et al. 2021. What config.json leaves out has the value of ViT-B/32, as in Hugging Face's library.</remarks>
internal sealed class ClipFamily : ModelFamily
{
    // Published configurations say 2 whatever the vocabulary; Hugging Face's library takes the largest id for them.
    private const int LegacyEnd = 2;
    private const int UsualPositions = 77;

    private static readonly VisionNames Names = new()
    {
        Class = "vision_model.embeddings.class_embedding",
        Positions = "vision_model.embeddings.position_embedding.weight",
        PositionAxes = 2,
        Projection = "vision_model.embeddings.patch_embedding",
        PreNorm = "vision_model.pre_layrnorm",
        FinalNorm = "vision_model.post_layernorm",
        Layers = PairedModels.Names with { Layer = "vision_model.encoder.layers.{0}.", BiasesAreOptional = true },
        Ignored = ["text_model.", "text_projection.", "visual_projection.weight", "logit_scale", "vision_model.embeddings.position_ids"],
    };

    public override ImmutableArray<string> ModelTypes { get; } = ["clip", "clip_text_model", "clip_vision_model"];

    public override Modality Embeds(string modelType) =>
        modelType switch
        {
            "clip_text_model" => Modality.Text,
            "clip_vision_model" => Modality.Image,
            _ => Modality.Text | Modality.Image,
        };

    public override string Prefix(string modelType) => PairedModels.TextPrefix;

    public override TextCheckpoint Describe(ModelManifest manifest)
    {
        var common = PairedModels.Describe(manifest, "CLIP");
        return common with
        {
            Vocabulary = common.Config.NumberOr("vocab_size", 49408),
            Projection = manifest.RequireConfig().NumberOr("projection_dim", 512),
            MaxTokens = common.MaxTokens ?? manifest.TokenizerLimit ?? common.Config.NumberOr("max_position_embeddings", UsualPositions),
        };
    }

    public override TextTransformer Text(TextSource source)
    {
        var config = source.Checkpoint.Config;
        var shape = new TransformerConfig
        {
            Hidden = config.NumberOr("hidden_size", 512),
            Heads = config.NumberOr("num_attention_heads", 8),
            Intermediate = config.NumberOr("intermediate_size", 2048),
            Activation = config.Has("hidden_act") ? ActivationNames.Parse(config, "hidden_act") : ActivationKind.QuickGelu,
            Norm = NormPlacement.Before,
            Causal = true,
            Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-5),
            Positions = config.NumberOr("max_position_embeddings", UsualPositions),
        };
        return PairedModels.Text(source, shape) with
        {
            EndTokenPooling = new EndTokenPooling(config.NumberOrNull("eos_token_id") is { } end and not LegacyEnd ? end : null),
            Projection = new LinearLayer(
                source.Whole.Read("text_projection.weight", source.Checkpoint.Projection!.Value, shape.Hidden),
                bias: null,
                shape.Hidden
            ),
        };
    }

    public override VisionNetwork? Image(ImageSource source)
    {
        if (!Names.Fit(source.Tensors))
        {
            return null;
        }

        var vision = source.RequireConfig().Child("vision_config") ?? source.Config!;
        var traits = new VisionTraits
        {
            Heads = vision.NumberOrNull("num_attention_heads") ?? 12,
            Activation = vision.Has("hidden_act") ? ActivationNames.Parse(vision, "hidden_act") : ActivationKind.QuickGelu,
            Epsilon = (float)(vision.RealOrNull("layer_norm_eps") ?? 1e-5),
        };
        var network = VisionTransformer.Read(source.Tensors, Names, traits, source.Compute);
        return new VisionNetwork(
            "clip",
            network,
            LinearLayer.ReadIfThere(source.Tensors, "visual_projection.weight", biasName: null, network.Dimensions)
        );
    }
}
