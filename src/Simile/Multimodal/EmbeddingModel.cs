using Simile.Engine.Products;
using Simile.Families;
using Simile.Hub;
using Simile.Images;
using Simile.Models;
using Simile.Multimodal;
using Simile.Text;
using Simile.Vectors;

namespace Simile;

/// <summary>A model of any kind, whatever its name or folder: of texts, of pictures, of both in one space (CLIP, SigLIP), or of two that an
/// alignment joins. The one door through which all are opened.</summary>
/// <remarks>Immutable and safe to call from many threads; disposing it frees what it loaded.</remarks>
public sealed class EmbeddingModel : IAsyncDisposable, IDisposable
{
    private const float UsualLogitScale = 100;

    private readonly string? _note;

    private EmbeddingModel(string name, TextEmbedder? texts, ImageEmbedder? images, Alignment? alignment, string? note)
    {
        (Name, TextModel, ImageModel, _note) = (name, texts, images, note);
        Embedder = alignment is null
            ? new ContentEmbedder(texts, images)
            : new ContentEmbedder(texts is null ? null : alignment.ForTexts(texts), images is null ? null : alignment.ForImages(images));
    }

    /// <summary>What it was opened by.</summary>
    public string Name { get; }

    /// <summary>Embeds texts into <see cref="Space"/>; null where the model does not, or it was not asked for.</summary>
    public IEmbedder<string>? Texts => Embedder.Texts;

    /// <summary>Embeds pictures into <see cref="Space"/>; null where the model does not, or it was not asked for.</summary>
    public IEmbedder<ImageInput>? Images => Embedder.Images;

    /// <summary>Embeds texts and pictures in any order into <see cref="Space"/>.</summary>
    public ContentEmbedder Embedder { get; }

    /// <summary>The space of all vectors.</summary>
    public EmbeddingSpace Space => Embedder.Space;

    /// <summary>The model of texts itself: its tokenizer, its limit. Its own space differs from <see cref="Space"/> where an alignment
    /// stands between.</summary>
    public TextEmbedder? TextModel { get; }

    /// <summary>The model of pictures itself: its preprocessing, its decoders.</summary>
    public ImageEmbedder? ImageModel { get; }

    /// <summary>What was opened.</summary>
    public Modality Modality => (TextModel is null ? Modality.None : Modality.Text) | (ImageModel is null ? Modality.None : Modality.Image);

    /// <summary>What cosines are multiplied with before a softmax makes probabilities of them: what the model learned, or CLIP's
    /// 100.</summary>
    public float LogitScale { get; private init; } = UsualLogitScale;

    /// <summary>What was assumed, for the user to read.</summary>
    public IReadOnlyList<string> Notes =>
        [
            .. (_note is null ? [] : new[] { _note })
                .Concat(TextModel?.Notes ?? [])
                .Concat(ImageModel?.Notes ?? [])
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Opens a model.</summary>
    /// <param name="nameOrFolder">An installed model's name, <c>org/name[@revision]</c> of the hub's cache, the short name of a well-known
    /// model, or a folder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s; <see cref="ErrorCode.UnsupportedModality"/> when the model embeds nothing of
    /// what is needed;
    /// <see cref="ErrorCode.SpaceMismatch"/> when the image model that was named has another space;
    /// <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static async Task<EmbeddingModel> OpenAsync(
        string nameOrFolder = ModelCatalog.DefaultModel,
        EmbeddingModelOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        var wanted = options ?? new EmbeddingModelOptions();
        return await Task.Run(
                () =>
                {
                    var parts = new ModelResolver(wanted.Models ?? ModelLocator.OfThisMachine()).Find(
                        nameOrFolder,
                        wanted.Needs,
                        wanted.ImageModel
                    );
                    return Load(nameOrFolder, parts, wanted, cancellationToken);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Frees what was loaded as soon as the calls that run have ended.</summary>
    public void Dispose()
    {
        TextModel?.Dispose();
        ImageModel?.Dispose();
    }

    // What was loaded is freed again when the rest fails, or when the two do not belong together.
    private static EmbeddingModel Load(string name, ModelParts parts, EmbeddingModelOptions options, CancellationToken cancellationToken)
    {
        TextEmbedder? texts = null;
        ImageEmbedder? images = null;
        try
        {
            texts = parts.Texts is null ? null : TextEmbedderLoader.Load(parts.Texts, options.ForTexts(parts), TimeProvider.System);
            cancellationToken.ThrowIfCancellationRequested();
            images = parts.Images is null ? null : ImageEmbedderLoader.Load(parts.Images, options.ForImages(), TimeProvider.System);
            var alignment = parts.Alignment is null ? null : Alignment.Load(parts.Alignment.Folder.Path);
            return new EmbeddingModel(name, texts, images, alignment, options.NoteOf(parts))
            {
                LogitScale = parts.LogitScale(ofGraphs: options.Engine is not null) ?? UsualLogitScale,
            };
        }
        catch
        {
            texts?.Dispose();
            images?.Dispose();
            throw;
        }
    }
}

/// <summary>How a model is opened.</summary>
public sealed record EmbeddingModelOptions
{
    /// <summary>What will be embedded; what is not needed is not loaded. Default: null, all that the folder itself embeds.</summary>
    public Modality? Needs { get; init; }

    /// <summary>The model for pictures where the named one embeds texts only. Default: null, the installed one that shares its
    /// space.</summary>
    public string? ImageModel { get; init; }

    /// <summary>Threads of one call. Default: one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the networks' products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>What computes the networks in the place of Simile's own engine, such as the one of the package Simile.OnnxRuntime; a static
    /// table of texts beside a network of pictures stays Simile's. Default: null, Simile's own.</summary>
    public InferenceEngine? Engine { get; init; }

    /// <summary>All that a model of texts can be told, in place of <see cref="Threads"/>, <see cref="Precision"/> and <see cref="Engine"/>.
    /// Default: null.</summary>
    public TextEmbedderOptions? TextOptions { get; init; }

    /// <summary>All that a model of pictures can be told, in place of <see cref="Threads"/>, <see cref="Precision"/> and
    /// <see cref="Engine"/>. Default: null.</summary>
    public ImageEmbedderOptions? ImageOptions { get; init; }

    /// <summary>Where models are looked for. Default: null, those of this machine.</summary>
    public ModelLocator? Models { get; init; }

    internal TextEmbedderOptions ForTexts(ModelParts parts) =>
        TextOptions
        ?? new TextEmbedderOptions
        {
            Threads = Threads,
            Precision = IsTableBesidePictures(parts) ? ComputePrecision.Float32 : Precision,
            Engine = IsTableBesidePictures(parts) ? null : Engine,
        };

    internal ImageEmbedderOptions ForImages() =>
        ImageOptions
        ?? new ImageEmbedderOptions
        {
            Threads = Threads,
            Precision = Precision,
            Engine = Engine,
        };

    internal string? NoteOf(ModelParts parts) =>
        TextOptions is null && Engine is not null && IsTableBesidePictures(parts)
            ? $"{parts.Texts!.Name} is a table without a network; the engine '{Engine.Name}' computes the pictures only."
            : null;

    // A static model has no products; a precision or an engine that was asked for pictures must not fail it.
    private static bool IsTableBesidePictures(ModelParts parts) => parts is { Images: not null, Texts.HoldsTransformer: false };
}
