using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>SigLIP and, in their fixed resolutions, SigLIP 2: every text is filled up to the last position, whose state goes through a
/// dense layer; pictures are pooled by a learned query.</summary>
/// <remarks>Zhai et al. 2023; Tschannen et al. 2025. What config.json leaves out has the value of the base size, as in Hugging Face's
/// library.</remarks>
internal sealed class SiglipFamily : ModelFamily
{
    private const int UsualPositions = 64;
    private const int UsualHidden = 768;
    private const int UsualPadding = 1;
    private const string AnySize = "siglip2";

    private static readonly VisionNames Names = new()
    {
        Pooling = "vision_model.head.",
        Positions = "vision_model.embeddings.position_embedding.weight",
        PositionAxes = 2,
        Projection = "vision_model.embeddings.patch_embedding",
        FinalNorm = "vision_model.post_layernorm",
        Layers = PairedModels.Names with { Layer = "vision_model.encoder.layers.{0}.", BiasesAreOptional = true },
        Ignored = ["text_model.", "logit_scale", "logit_bias", "vision_model.embeddings.position_ids"],
    };

    public override ImmutableArray<string> ModelTypes { get; } = ["siglip", "siglip_text_model", "siglip_vision_model", AnySize];

    public override Modality Embeds(string modelType) =>
        modelType switch
        {
            "siglip_text_model" => Modality.Text,
            "siglip_vision_model" => Modality.Image,
            _ => Modality.Text | Modality.Image,
        };

    public override string Prefix(string modelType) => PairedModels.TextPrefix;

    public override TextCheckpoint Describe(ModelManifest manifest)
    {
        RefuseAnySize(manifest.RequireConfig());
        var common = PairedModels.Describe(manifest, "SigLIP");
        var (text, tokenizer) = (common.Config, manifest.TokenizerConfig);
        var padding = tokenizer?.Child("pad_token") is { } token ? token.TextOrNull("content") : tokenizer?.TextOrNull("pad_token");
        return common with
        {
            Vocabulary = text.NumberOr("vocab_size", 32000),
            Projection = text.NumberOr("projection_size", text.NumberOr("hidden_size", UsualHidden)),
            Padding = new PaddingToken(padding, text.NumberOrNull("pad_token_id") ?? UsualPadding),
            MaxTokens = common.MaxTokens ?? manifest.TokenizerLimit ?? text.NumberOr("max_position_embeddings", UsualPositions),
        };
    }

    public override TextTransformer Text(TextSource source)
    {
        var config = source.Checkpoint.Config;
        var shape = new TransformerConfig
        {
            Hidden = config.NumberOr("hidden_size", UsualHidden),
            Heads = config.NumberOr("num_attention_heads", 12),
            Intermediate = config.NumberOr("intermediate_size", 3072),
            Activation = config.Has("hidden_act") ? ActivationNames.Parse(config, "hidden_act") : ActivationKind.GeluTanh,
            Norm = NormPlacement.Before,
            Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-6),
            Positions = config.NumberOr("max_position_embeddings", UsualPositions),
        };
        var dimensions = source.Checkpoint.Projection!.Value;
        return PairedModels.Text(source, shape) with
        {
            Projection = new LinearLayer(
                source.Tensors.Read("head.weight", dimensions, shape.Hidden),
                source.Tensors.Read("head.bias", dimensions),
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

        RefuseAnySize(source.RequireConfig());
        var vision = source.Config!.Child("vision_config") ?? source.Config;
        var traits = new VisionTraits
        {
            Heads = vision.NumberOrNull("num_attention_heads") ?? 12,
            Activation = vision.Has("hidden_act") ? ActivationNames.Parse(vision, "hidden_act") : ActivationKind.GeluTanh,
            Epsilon = (float)(vision.RealOrNull("layer_norm_eps") ?? 1e-6),
        };
        return new VisionNetwork("siglip", VisionTransformer.Read(source.Tensors, Names, traits, source.Compute), head: null);
    }

    private static void RefuseAnySize(ModelConfig config)
    {
        if (config.TextOrNull("model_type") == AnySize)
        {
            throw config.Unsupported(
                "pictures of any size in a varying number of patches (SigLIP 2, NaFlex; its checkpoints of one fixed resolution are "
                    + "of the type siglip)"
            );
        }
    }
}
