using Simile.Engine.Files;
using Simile.Families;
using Simile.Hub;
using Simile.Images;
using Simile.Models;
using Simile.Multimodal;
using Simile.Pipelines.Bulk;
using Simile.Registry;
using Simile.Reranking;
using Simile.Search;
using Simile.Sqlite;
using Simile.Text;

namespace Simile.Hosting;

/// <summary>Puts Simile together: which models there are, which store keeps an index, where caches lie.</summary>
/// <param name="catalog">The installed models.</param>
/// <param name="hub">How the Hugging Face hub and its cache are set up.</param>
/// <param name="cacheFolder">The folder for indexes made on the fly.</param>
public sealed class SimileHost(ModelCatalog catalog, HubEnvironment hub, string cacheFolder)
{
    /// <summary>The installed models.</summary>
    public ModelCatalog Catalog => catalog;

    /// <summary>The models that were downloaded from the hub.</summary>
    public HubCache HubCache { get; } = new(hub.CacheFolder);

    /// <summary>Finds models of both kinds by name, and folders.</summary>
    public ModelLocator Models => new(catalog, HubCache);

    /// <summary>The host of this machine: models beside the program or above it and those of packages, caches in the user's cache folder
    /// (XDG_CACHE_HOME, ~/.cache, or LocalAppData).</summary>
    public static SimileHost OfThisMachine() => new(ModelCatalog.OfThisMachine(), HubEnvironment.OfThisMachine(), UserFolders.Cache);

    /// <summary>The models that came in packages.</summary>
    internal PackagedModels PackagedModels { get; } = new(cacheFolder);

    /// <summary>What the user has set.</summary>
    internal UserSettings Settings { get; init; } = UserSettings.OfThisMachine();

    /// <summary>What downloads models from the hub.</summary>
    /// <param name="http">A client of <see cref="HubDownloader.CreateClient"/>.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when a variable of the hub makes no sense.</exception>
    public HubDownloader OpenHub(HttpClient http) => new(http, hub.ReadOptions(), TimeProvider.System);

    /// <summary>Loads a reranker by name or folder.</summary>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public Task<Reranker> OpenRerankerAsync(string model, RerankerOptions options, CancellationToken cancellationToken) =>
        Reranker.LoadAsync(Models.Resolve(model).Path, options, cancellationToken);

    /// <summary>Opens a model of any kind (<see cref="EmbeddingModel.OpenAsync"/>) among this host's.</summary>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.SpaceMismatch"/>.</exception>
    public Task<EmbeddingModel> OpenModelAsync(
        string nameOrFolder,
        EmbeddingModelOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        EmbeddingModel.OpenAsync(
            nameOrFolder,
            (options ?? new EmbeddingModelOptions()) with
            {
                Models = options?.Models ?? Models,
            },
            cancellationToken
        );

    /// <summary>A registry that knows this host's models by their names, folders and repositories. A model is got as its embedder of texts,
    /// of pictures, or of both; its memory is taken to be that of its weights.</summary>
    public EmbedderRegistry OpenRegistry(RegistryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new EmbedderRegistry(options with { OpenModel = options.OpenModel ?? new RegistryModels(this).OpenAsync });
    }

    /// <summary>Checks that a model gives the vectors it was published with: those of texts, of pictures, or of both; a reranker, that its
    /// scores agree. The files of a model that came in a package must be as they came.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/>, <see cref="ErrorCode.PackageDamaged"/>, or another
    /// code of the 200s.</exception>
    internal async Task<ModelVerification> VerifyAsync(ModelFolder folder, CancellationToken cancellationToken)
    {
        if (PackageOrigin.Of(folder) is { } package)
        {
            await package.VerifyAsync(folder, cancellationToken).ConfigureAwait(false);
        }

        if (PairScoring.Is(folder))
        {
            return await RerankerVerifier.VerifyAsync(folder, cancellationToken).ConfigureAwait(false);
        }

        var manifest = ModelManifest.Read(folder);
        if (manifest.IsAlignment)
        {
            return await VerifyAlignmentAsync(folder, cancellationToken).ConfigureAwait(false);
        }

        var images = manifest.Modality.HasFlag(Modality.Image)
            ? await ImageModelVerifier.VerifyAsync(folder, cancellationToken).ConfigureAwait(false)
            : null;
        if (images is not null && !manifest.Modality.HasFlag(Modality.Text))
        {
            return images;
        }

        var texts = await TextModelVerifier.VerifyAsync(folder, cancellationToken).ConfigureAwait(false);
        return images is null ? texts : texts.And(images);
    }

    /// <summary>What another model is missing for this one to work and to be verified, or null. A model whose own files are missing is
    /// another matter: that is a fault.</summary>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    internal string? MissingFor(ModelFolder folder)
    {
        var manifest = ModelManifest.Read(folder);
        return manifest.IsAlignment ? new ModelResolver(Models).MissingOf(manifest) : null;
    }

    // Both halves as they were published, and the alignment made for them.
    private async Task<ModelVerification> VerifyAlignmentAsync(ModelFolder folder, CancellationToken cancellationToken)
    {
        var model = await OpenModelAsync(folder.Path, cancellationToken: cancellationToken).ConfigureAwait(false);
        await model.DisposeAsync().ConfigureAwait(false);
        var config = folder.ReadConfig(string.Empty, "config.json")!;
        var texts = await VerifyAsync(Models.Resolve(config.Text("text_model")), cancellationToken).ConfigureAwait(false);
        return texts.And(await VerifyAsync(Models.Resolve(config.Text("image_model")), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Opens an index file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether it is written to, and made when it is missing.</param>
    /// <param name="vectors">How its vectors are held in memory and searched; null for the defaults.</param>
    /// <exception cref="SimileException">A code of the 400s.</exception>
    public IChunkStore OpenStore(string path, bool create, VectorIndexOptions? vectors = null) =>
        SqliteChunkStore.Open(path, create, new SqliteChunkStoreOptions { Vectors = vectors ?? new VectorIndexOptions() });

    /// <summary>Opens a store that lives only as long as it is open.</summary>
    public IChunkStore OpenTemporaryStore() => SqliteChunkStore.OpenInMemory();

    /// <summary>Opens the output of a bulk embedding by its name: .npy, .jsonl, .csv or .safetensors, or .db and .sqlite for SQLite. What
    /// an earlier run left there is continued.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.ResumeMismatch"/>,
    /// <see cref="ErrorCode.BadVectorFile"/>, or a code of the 400s.</exception>
    public IBulkOutput OpenBulkOutput(BulkEmbedding bulk, string input, string output, bool restart)
    {
        ArgumentNullException.ThrowIfNull(bulk);
        return Path.GetExtension(output) is ".db" or ".sqlite"
            ? SqliteBulkOutput.Open(output, bulk.Identity, restart)
            : bulk.OpenFile(input, output, restart);
    }

    /// <summary>The indexes that are made on the fly.</summary>
    internal IndexCache Indexes { get; } = new(Path.Combine(cacheFolder, "indexes"), TimeProvider.System);
}

/// <summary>Loads models for a registry.</summary>
/// <param name="host">Where the models are.</param>
internal sealed class RegistryModels(SimileHost host)
{
    public async Task<OpenedEmbedder> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var folder = host.Models.Resolve(id);
        var model = await host.OpenModelAsync(id, options: null, cancellationToken).ConfigureAwait(false);
        return new OpenedEmbedder([.. ((object?[])[model.TextModel, model.ImageModel, model.Embedder]).OfType<object>()], WeightsOf(folder))
        {
            Owner = model,
        };
    }

    public static long WeightsOf(ModelFolder folder) =>
        Directory
            .EnumerateFiles(folder.Path, "*.safetensors", SearchOption.AllDirectories)
            .Where(RegularFile.IsRegular)
            .Sum(RegularFile.LengthOf) + (Checkpoint.FindOnnx(folder.Path) is { } onnx ? RegularFile.LengthOf(onnx) : 0);
}
