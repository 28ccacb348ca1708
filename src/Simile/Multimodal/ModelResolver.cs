using Simile.Families;
using Simile.Hub;
using Simile.Models;

namespace Simile.Multimodal;

/// <summary>Finds the folders of a model: one for both halves (CLIP), two that share a space, or two that an alignment joins.</summary>
/// <param name="models">Finds models by name.</param>
internal sealed class ModelResolver(ModelLocator models)
{
    /// <summary>The folders that are needed; no others are read.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>; <see cref="ErrorCode.UnsupportedModality"/> when the model
    /// embeds nothing of what is needed.</exception>
    public ModelParts Find(string name, Modality? needs, string? imageModel)
    {
        var manifest = ModelManifest.Read(models.Resolve(name));
        var wanted = needs ?? (manifest.Modality | (imageModel is null ? Modality.None : Modality.Image));
        var found = new ModelParts(
            wanted.HasFlag(Modality.Text) ? TextsOf(manifest) : null,
            wanted.HasFlag(Modality.Image) ? ImagesOf(manifest, imageModel) : null,
            manifest.IsAlignment ? manifest : null
        );
        return found is not { Texts: null, Images: null }
            ? found
            : throw (wanted == Modality.None ? StaticFamily.NotStatic(manifest) : EmbedsTheOther(name, manifest));
    }

    /// <summary>Which of the models that an alignment joins is not here, and where it is got; null where both are, sound or not.</summary>
    /// <exception cref="SimileException">A code of the 200s, when the folder does not name both.</exception>
    public string? MissingOf(ModelManifest alignment)
    {
        try
        {
            FolderOf(alignment, "text");
            FolderOf(alignment, "image");
            return null;
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            return error.Description;
        }
    }

    private static SimileException EmbedsTheOther(string name, ModelManifest manifest)
    {
        var what = manifest.Modality == Modality.Image ? "pictures only, and a text was given" : "texts only, and a picture was given";
        return new SimileException(ErrorCode.UnsupportedModality, $"{name} embeds {what}. Use a model that does; CLIP models embed both.");
    }

    private ModelManifest? TextsOf(ModelManifest manifest) =>
        manifest.IsAlignment ? Named(manifest, "text")
        : manifest.Modality == Modality.Image ? TextPartner(manifest)
        : manifest;

    private ModelManifest? ImagesOf(ModelManifest manifest, string? named) =>
        named is not null ? ModelManifest.Read(models.Resolve(named))
        : manifest.IsAlignment ? Named(manifest, "image")
        : manifest.Modality.HasFlag(Modality.Image) ? manifest
        : ImagePartner(manifest);

    private ModelManifest Named(ModelManifest alignment, string half) => ModelManifest.Read(FolderOf(alignment, half));

    private ModelFolder FolderOf(ModelManifest alignment, string half)
    {
        var config = alignment.RequireConfig();
        var name = config.Text(half + "_model");
        try
        {
            return models.Resolve(name);
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            var way = config.TextOrNull(half + "_source") is { } source ? $"'simile models pull {source}' fetches it." : error.Description;
            throw new SimileException(
                ErrorCode.ModelNotFound,
                $"{alignment.Name} puts the {half} vectors of '{name}' into its space, and that model is not installed. {way}"
            );
        }
    }

    // The text model whose space an image model was trained into; that it is the very space is checked when both are loaded.
    private ModelManifest? TextPartner(ModelManifest manifest)
    {
        try
        {
            return manifest.Partner is { } partner ? ModelManifest.Read(models.Resolve(partner)) : null;
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            return null;
        }
    }

    // Another installed model that cannot be read is no partner, and not this model's fault.
    private ModelManifest? ImagePartner(ModelManifest manifest)
    {
        foreach (var candidate in models.Installed)
        {
            try
            {
                if (ModelManifest.Read(candidate) is { Partner: { } partner } image && partner == manifest.Name)
                {
                    return image;
                }
            }
            catch (SimileException) { }
        }

        return null;
    }
}

/// <summary>Where the halves of a model lie.</summary>
/// <param name="Texts">The model of texts, or null where none is needed or there is none.</param>
/// <param name="Images">The model of pictures, or null.</param>
/// <param name="Alignment">The alignment that joins them, or null where they share a space of their own.</param>
internal sealed record ModelParts(ModelManifest? Texts, ModelManifest? Images, ModelManifest? Alignment)
{
    /// <summary>The scale of logits that the model learned, or null.</summary>
    /// <param name="ofGraphs">Whether the networks are graphs, which have no such tensor where there is no checkpoint beside them.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public float? LogitScale(bool ofGraphs = false)
    {
        if (Alignment?.RequireConfig() is { } joined)
        {
            return joined.RealOrNull("logit_scale") switch
            {
                null => null,
                > 0 and < 1e6 and var scale => (float)scale,
                var other => throw joined.Unsupported($"the scale {other} (logit_scale); a number above 0 is wanted"),
            };
        }

        const Modality both = Modality.Text | Modality.Image;
        var paired =
            Texts?.Modality == both ? Texts
            : Images?.Modality == both ? Images
            : null;
        return (float?)Images?.Folder.ReadConfig(string.Empty, "config.json")?.Child("aligned_with")?.RealOrNull("logit_scale")
            ?? (
                paired is null || (ofGraphs && !Checkpoint.HasSafetensors(paired.Folder.File(paired.ImagePath)))
                    ? null
                    : PairedModels.LogitScale(paired)
            );
    }
}
