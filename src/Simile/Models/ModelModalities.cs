using Simile.Engine.Files;

namespace Simile.Models;

/// <summary>Tells from a folder's configuration what its model embeds, without loading it.</summary>
public static class ModelModalities
{
    /// <summary>The model_type of a folder that joins a text model and an image model by an alignment.</summary>
    public const string AlignmentType = "simile-alignment";

    /// <summary>What the model of a folder embeds.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when a configuration file is no JSON.</exception>
    public static Modality Of(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.ReadJson("modules.json") is not null)
        {
            return IsJoint(folder, ModelModules.Read(folder)) ? Modality.Text | Modality.Image : Modality.Text;
        }

        var config = folder.ReadConfig(string.Empty, "config.json");
        return config?.TextOrNull("model_type") switch
        {
            "clip" or "siglip" or "siglip2" or AlignmentType => Modality.Text | Modality.Image,
            "resnet" or "vit" or "clip_vision_model" or "siglip_vision_model" or "simile-image" => Modality.Image,
            null when AdapterConfig.Has(folder, string.Empty) => Modality.Text,
            null when config is null || config.Has("architecture") => HasWeights(folder) ? Modality.Image : Modality.None,
            null => Modality.None,
            _ => Modality.Text,
        };
    }

    /// <summary>The folder inside a model's that holds its vision network; empty for the model's own.</summary>
    internal static string ImagePath(ModelFolder folder) =>
        ModelModules.Read(folder) is var modules && IsJoint(folder, modules) ? modules.TransformerPath : string.Empty;

    // sentence-transformers wrote CLIP as a module of its own until 5.4, and as any Transformer since.
    private static bool IsJoint(ModelFolder folder, ModelModules modules) =>
        modules.Types is ["CLIPModel", ..] || (modules.Types is ["Transformer", ..] && folder.ReadConfig(modules.TransformerPath, "config.json")?.TextOrNull("model_type") is "clip" or "siglip");

    // torchvision's checkpoints come without any configuration, timm's without a model_type.
    private static bool HasWeights(ModelFolder folder) => RegularFile.Exists(folder.File("model.safetensors"));
}
