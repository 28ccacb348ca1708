using Simile.Families;
using Simile.Models;

namespace Simile.Hosting;

/// <summary>Where the halves of a model lie.</summary>
/// <param name="Texts">The model of texts, or null where none is needed or there is none.</param>
/// <param name="Images">The model of pictures, or null.</param>
/// <param name="Alignment">The alignment that joins them, or null where they share a space of their own.</param>
internal sealed record ModelFolders(ModelFolder? Texts, ModelFolder? Images, ModelFolder? Alignment)
{
    /// <summary>The scale of logits that the model learned, or null.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public float? LogitScale() =>
        (float?)Images?.ReadConfig(string.Empty, "config.json")?.Child("aligned_with")?.RealOrNull("logit_scale")
        ?? (IsClip(Texts) ? PairedModels.LogitScale(ModelManifest.Read(Texts!)) : IsClip(Images) ? PairedModels.LogitScale(ModelManifest.Read(Images!)) : null);

    private static bool IsClip(ModelFolder? folder) => folder is not null && ModelManifest.Read(folder).Modality == (Modality.Text | Modality.Image);
}
