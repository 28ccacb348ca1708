using Simile.Engine.Functions;
using Simile.Models;
using Simile.Networks.Encoders;

namespace Simile.Networks.Vision;

/// <summary>What the tensors of a vision transformer do not tell.</summary>
/// <param name="Heads">Attention heads; null for 64 values a head.</param>
/// <param name="Activation">The function of the feed-forward part.</param>
/// <param name="Epsilon">ε of the layer norms.</param>
internal sealed record PatchTraits(int? Heads, ActivationKind Activation, float Epsilon)
{
    /// <summary>Values a head in all of timm's sizes but the largest two.</summary>
    public const int UsualHeadSize = 64;

    /// <summary>Hugging Face's ViTModel.</summary>
    public static PatchTraits Vit(ModelConfig config) =>
        new(config.Number("num_attention_heads"), ActivationNames.Parse(config, "hidden_act"), (float)(config.RealOrNull("layer_norm_eps") ?? 1e-12));

    /// <summary>Hugging Face's CLIPModel; what vision_config leaves out has the values of ViT-B/32.</summary>
    public static PatchTraits Clip(ModelConfig config)
    {
        var vision = config.Child("vision_config") ?? config;
        var activation = vision.Has("hidden_act") ? ActivationNames.Parse(vision, "hidden_act") : ActivationKind.QuickGelu;
        return new PatchTraits(vision.NumberOrNull("num_attention_heads") ?? 12, activation, (float)(vision.RealOrNull("layer_norm_eps") ?? 1e-5));
    }

    /// <summary>Hugging Face's SiglipModel; what vision_config leaves out has the values of its base size.</summary>
    public static PatchTraits Siglip(ModelConfig config)
    {
        var vision = config.Child("vision_config") ?? config;
        var activation = vision.Has("hidden_act") ? ActivationNames.Parse(vision, "hidden_act") : ActivationKind.GeluTanh;
        return new PatchTraits(vision.NumberOrNull("num_attention_heads") ?? 12, activation, (float)(vision.RealOrNull("layer_norm_eps") ?? 1e-6));
    }

    /// <summary>timm: the architecture's name tells the heads.</summary>
    public static PatchTraits Timm(ModelConfig config)
    {
        var architecture = config.Text("architecture");
        var heads = config.Child("model_args")?.NumberOrNull("num_heads");
        var isLarge = architecture.Contains("huge", StringComparison.Ordinal) || architecture.Contains("giant", StringComparison.Ordinal);
        return new PatchTraits(heads ?? (isLarge ? 16 : null), ActivationKind.Gelu, 1e-6f);
    }
}
