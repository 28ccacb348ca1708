using Simile.Families;
using Simile.Hub;
using Simile.Models;

namespace Simile.Hosting;

/// <summary>Finds the folders of a model: one for both halves (CLIP), two that share a space, or two that an alignment joins.</summary>
/// <param name="catalogue">The installed models.</param>
/// <param name="models">Finds models by name.</param>
internal sealed class ModelHalves(ModelCatalogue catalogue, ModelLocator models)
{
    /// <summary>The folders that a request needs.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>; <see cref="ErrorCode.UnsupportedModality"/> when the model embeds nothing of what is needed.</exception>
    public ModelFolders Find(ModelRequest request)
    {
        var folder = models.Resolve(request.Name);
        var (texts, images, alignment) = ConfigOf(folder) is { } config && config.TextOrNull("model_type") == ModelManifest.AlignmentType
            ? (models.Resolve(config.Text("text_model")), models.Resolve(config.Text("image_model")), folder)
            : (TextsOf(folder), ImagesOf(folder, request), (ModelFolder?)null);
        var found = new ModelFolders(request.Needs.HasFlag(Modality.Text) ? texts : null, request.Needs.HasFlag(Modality.Image) ? images : null, alignment);
        return found is { Texts: null, Images: null } ? throw EmbedsTheOther(request, folder) : found;
    }

    private static SimileException EmbedsTheOther(ModelRequest request, ModelFolder folder)
    {
        var what = ModelManifest.Read(folder).Modality == Modality.Image ? "pictures only, and a text was given" : "texts only, and a picture was given";
        return new SimileException(ErrorCode.UnsupportedModality, $"{request.Name} embeds {what}. Use a model that does ('simile models list' shows what each embeds; CLIP models embed both).");
    }

    private ModelFolder? TextsOf(ModelFolder folder) => ModelManifest.Read(folder).Modality == Modality.Image ? TextPartner(folder) : folder;

    private ModelFolder? ImagesOf(ModelFolder folder, ModelRequest request)
    {
        if (request.ImageModel is { } named)
        {
            return models.Resolve(named);
        }

        return ModelManifest.Read(folder).Modality.HasFlag(Modality.Image)
            ? folder
            : catalogue.Names.Select(catalogue.Resolve).FirstOrDefault(candidate => PartnerOf(candidate) is { } partner && partner == folder.Name);
    }

    private ModelFolder? TextPartner(ModelFolder folder)
    {
        try
        {
            return PartnerOf(folder) is { } partner ? models.Resolve(partner) : null;
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            return null;
        }
    }

    // The text model whose space an image model was trained into; that it is the very space is checked when both are loaded.
    private static string? PartnerOf(ModelFolder folder) => ConfigOf(folder)?.Child("aligned_with")?.TextOrNull("model");

    private static ModelConfig? ConfigOf(ModelFolder folder) => folder.ReadConfig(string.Empty, "config.json");
}
