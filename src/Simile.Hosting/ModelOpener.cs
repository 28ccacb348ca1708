using Simile.Engine.Products;
using Simile.Hub;
using Simile.Images;
using Simile.Models;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Hosting;

/// <summary>Loads the halves of a model that are needed, each from its own folder where they are two models of one space.</summary>
/// <param name="catalogue">The installed models.</param>
/// <param name="models">Finds models by name.</param>
internal sealed class ModelOpener(ModelCatalogue catalogue, ModelLocator models)
{
    /// <summary>Loads a model.</summary>
    /// <exception cref="SimileException">A code of the 200s; <see cref="ErrorCode.SpaceMismatch"/> when the image model that was named has another space.</exception>
    public async Task<LoadedModel> OpenAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var folder = models.Resolve(request.Name);
        var has = ModelModalities.Of(folder);
        var texts = await OpenTextsAsync(folder, has, request, cancellationToken).ConfigureAwait(false);
        try
        {
            var images = request.Needs.HasFlag(Modality.Image) ? ImageFolder(folder, has, texts?.Space, request.ImageModel) : null;
            if (texts is null && images is null)
            {
                throw new SimileException(ErrorCode.UnsupportedModality, $"{request.Name} embeds {(has == Modality.Image ? "pictures only, and a text was given" : "texts only, and a picture was given")}. Use a model that does ('simile models list' shows what each embeds; CLIP models embed both).");
            }

            return new LoadedModel(texts, images is null ? null : await OpenImagesAsync(images, request, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await (texts?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<TextEmbedder?> OpenTextsAsync(ModelFolder folder, Modality has, ModelRequest request, CancellationToken cancellationToken)
    {
        // A model of texts alone is loaded for pictures too: its space tells which image model goes with it.
        var source = has == Modality.Image ? TextPartner(folder) : folder;
        if (source is null || (has.HasFlag(Modality.Image) && !request.Needs.HasFlag(Modality.Text)))
        {
            return null;
        }

        var isPartOfTwo = request.Needs.HasFlag(Modality.Image) || source != folder;
        var precision = isPartOfTwo && !source.HoldsTransformer() ? ComputePrecision.Float32 : request.Precision;
        return await TextEmbedder.LoadAsync(source.Path, new TextEmbedderOptions { Threads = request.Threads, Precision = precision }, cancellationToken).ConfigureAwait(false);
    }

    private static Task<ImageEmbedder> OpenImagesAsync(ModelFolder folder, ModelRequest request, CancellationToken cancellationToken) =>
        ImageEmbedder.LoadAsync(folder.Path, new ImageEmbedderOptions { Threads = request.Threads, Precision = request.Precision, Observe = request.Observe }, cancellationToken);

    private ModelFolder? ImageFolder(ModelFolder folder, Modality has, EmbeddingSpace? space, string? named)
    {
        if (named is not null)
        {
            return models.Resolve(named);
        }

        return has.HasFlag(Modality.Image)
            ? folder
            : catalogue.Names.Select(catalogue.Resolve).FirstOrDefault(candidate => space is not null && PartnerOf(candidate)?.Space == space.Id);
    }

    private ModelFolder? TextPartner(ModelFolder folder)
    {
        try
        {
            return PartnerOf(folder) is { } partner ? models.Resolve(partner.Model) : null;
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            return null;
        }
    }

    private static (string Model, string Space)? PartnerOf(ModelFolder folder) =>
        folder.ReadConfig(string.Empty, "config.json")?.Child("aligned_with") is { } partner ? (partner.Text("model"), partner.Text("space")) : null;
}
