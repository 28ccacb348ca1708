using Simile.Engine.Products;
using Simile.Families;
using Simile.Hub;
using Simile.Images;
using Simile.Models;
using Simile.Multimodal;
using Simile.Text;

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
        var folders = new ModelHalves(catalogue, models).Find(request);
        var texts = folders.Texts is null ? null : await OpenTextsAsync(folders, request, cancellationToken).ConfigureAwait(false);
        try
        {
            var images = folders.Images is null ? null : await OpenImagesAsync(folders.Images, request, cancellationToken).ConfigureAwait(false);
            return new LoadedModel(texts, images, folders.Alignment is null ? null : Alignment.Load(folders.Alignment.Path), folders.LogitScale());
        }
        catch
        {
            await (texts?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
            throw;
        }
    }

    // A static model has no products; a precision that was asked for pictures must not fail it.
    private static Task<TextEmbedder> OpenTextsAsync(ModelFolders folders, ModelRequest request, CancellationToken cancellationToken)
    {
        var precision = folders.Images is not null && !ModelManifest.Read(folders.Texts!).HoldsTransformer ? ComputePrecision.Float32 : request.Precision;
        return TextEmbedder.LoadAsync(folders.Texts!.Path, new TextEmbedderOptions { Threads = request.Threads, Precision = precision }, cancellationToken);
    }

    private static Task<ImageEmbedder> OpenImagesAsync(ModelFolder folder, ModelRequest request, CancellationToken cancellationToken) =>
        ImageEmbedder.LoadAsync(folder.Path, new ImageEmbedderOptions { Threads = request.Threads, Precision = request.Precision, Observe = request.Observe }, cancellationToken);
}
