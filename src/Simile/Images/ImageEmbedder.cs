using Simile.Families;
using Simile.Hub;
using Simile.Images;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Models;
using Simile.Vectors;

namespace Simile;

/// <summary>Turns pictures into vectors: ResNet's pooled features, ViT's class state, CLIP's projection. Immutable and safe to call from
/// many threads.</summary>
/// <remarks>A picture's vector is bit for bit the same alone, in any batch, at any place in it, and on any number of threads. Memory is
/// that of a group of 32 pictures, however many there are.</remarks>
public sealed class ImageEmbedder : IEmbedder<ImageInput>, IAsyncDisposable, IDisposable
{
    private readonly ImageInference _runner;
    private readonly TimeProvider _time;
    private volatile bool _disposed;

    internal ImageEmbedder(
        ImageInference runner,
        ImageReader reader,
        ImagePreparation preparation,
        ImageModelTraits traits,
        TimeProvider time
    )
    {
        (_runner, _time) = (runner, time);
        (Reader, Preparation, Space, Notes) = (reader, preparation, traits.Space, traits.Notes);
        Recipe = EmbeddingRecipe.Of([
            ("network", runner.Network),
            ("weights", traits.WeightsDigest),
            ("preparation", preparation.Describe()),
            ("normalize", traits.Space.UnitLength.ToString()),
        ]);
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <summary>How pictures become the network's input.</summary>
    internal ImagePreparation Preparation { get; }

    /// <summary>Decodes files within the limits.</summary>
    internal ImageReader Reader { get; }

    /// <summary>What was assumed where the model folder says nothing, for the user to read; usually empty.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">A folder with model.safetensors of torchvision, timm or Hugging Face, and their configuration where there is
    /// one.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<ImageEmbedder> LoadAsync(
        string folder,
        ImageEmbedderOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        Task.Run(
            () =>
                ImageEmbedderLoader.Load(
                    ModelManifest.Read(ModelFolder.Open(folder)),
                    options ?? new ImageEmbedderOptions(),
                    TimeProvider.System
                ),
            cancellationToken
        );

    /// <summary>Loads a model by its name: one that lies beside the program, as those of the package Simile.Models.Mini do, or one that was
    /// downloaded from the hub.</summary>
    /// <param name="name">An installed model's name, <c>org/name[@revision]</c>, the short name of a well-known model, or a folder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<ImageEmbedder> LoadInstalledAsync(
        string name,
        ImageEmbedderOptions? options = null,
        CancellationToken cancellationToken = default
    ) => LoadAsync(ModelLocator.OfThisMachine().Resolve(name).Path, options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<ImageInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    ) => new(RunAsync(inputs, options, look: null, cancellationToken));

    /// <summary>Embeds pictures and says for each what went into its vector.</summary>
    /// <inheritdoc cref="EmbedAsync"/>
    public async ValueTask<IReadOnlyList<ImageEmbeddingRecord>> EmbedWithMetadataAsync(
        IReadOnlyList<ImageInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var seen = new (string Sha256, int Width, int Height)[inputs.Count];
        var batch = await RunAsync(inputs, options, (i, image) => seen[i] = (image.Sha256(), image.Width, image.Height), cancellationToken)
            .ConfigureAwait(false);
        var now = _time.GetUtcNow();
        return [.. inputs.Select((input, i) => RecordOf(input, i, seen[i], batch, now))];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Frees the network as soon as the calls that run have ended; calls that come are refused
    /// (<see cref="ObjectDisposedException"/>).</summary>
    public void Dispose()
    {
        _disposed = true;
        _runner.Dispose();
    }

    // The caller's thread is free while pictures are decoded and the network computes; what the caller does to the list meanwhile changes
    // nothing.
    private Task<EmbeddingBatch> RunAsync(
        IReadOnlyList<ImageInput> inputs,
        EmbedOptions? options,
        Action<int, RgbImage>? look,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var request = ImageRequest.Of(options ?? EmbedOptions.Default, Space);
        var block = EmbeddingBatch.NewBlock(inputs.Count, request.Space.Dimensions);
        var call = new ImageCall([.. inputs], request, block, new EmbeddingOutcome[inputs.Count], look);
        return Task.Run(
            () =>
            {
                _runner.Run(call, cancellationToken);
                return new EmbeddingBatch(request.Space, call.Block, call.Outcomes);
            },
            cancellationToken
        );
    }

    private static ImageEmbeddingRecord RecordOf(
        ImageInput? input,
        int index,
        (string Sha256, int Width, int Height) seen,
        EmbeddingBatch batch,
        DateTimeOffset now
    )
    {
        var outcome = batch.Outcomes[index];
        var vector = outcome.Succeeded ? batch.Block.Slice(index * batch.Dimensions, batch.Dimensions) : ReadOnlyMemory<float>.Empty;
        return new ImageEmbeddingRecord(
            input?.Name ?? string.Empty,
            seen.Sha256 ?? string.Empty,
            seen.Width,
            seen.Height,
            vector,
            outcome,
            now
        );
    }
}
