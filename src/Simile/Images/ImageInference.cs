using System.Diagnostics;
using Simile.Engine.Threads;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Images;

/// <summary>Brings pictures through a network in groups: a group is decoded and prepared side by side, then goes through the network as one batch. Memory is that of one group.</summary>
internal sealed class ImageInference : IDisposable
{
    // Pictures are decoded in groups, and go through the network in batches that let its weights be read once for several of them while its maps stay small.
    private const int MostInGroup = 32;
    private const long MostFloats = 5L << 20;
    private readonly IImageEncoder _network;
    private readonly ImageReader _reader;
    private readonly ImagePreparation _preparation;
    private readonly ImageEmbedderOptions _options;
    private readonly WorkerTeam _team;
    private readonly RunningCalls _calls;

    /// <summary>Puts pictures before a network.</summary>
    /// <param name="network">The network, which becomes this one's.</param>
    /// <param name="reader">Decodes.</param>
    /// <param name="preparation">Brings pictures to the network's size.</param>
    /// <param name="options">Threads, and who watches.</param>
    public ImageInference(IImageEncoder network, ImageReader reader, ImagePreparation preparation, ImageEmbedderOptions options)
    {
        (_network, _reader, _preparation, _options) = (network, reader, preparation, options);
        _team = new WorkerTeam(options.Threads);
        _calls = new RunningCalls(typeof(ImageEmbedder), Free);
    }

    /// <summary>Values a vector.</summary>
    public int Dimensions => _network.Dimensions;

    /// <summary>The network and its arithmetic, for the recipe.</summary>
    public string Network => $"{_network.Family}/1:{_network.Arithmetic}";

    /// <summary>Fills the block and the outcomes, one for each input.</summary>
    /// <param name="inputs">The pictures.</param>
    /// <param name="request">The call's options.</param>
    /// <param name="block">(B, D).</param>
    /// <param name="outcomes">(B).</param>
    /// <param name="look">Sees each picture's number and upright pixels, or null.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    public void Run(IReadOnlyList<ImageInput> inputs, ImageRequest request, float[] block, EmbeddingOutcome[] outcomes, Action<int, RgbImage>? look, CancellationToken cancellationToken)
    {
        using var call = _calls.Enter();
        for (var first = 0; first < inputs.Count; first += MostInGroup)
        {
            RunGroup(inputs, first, Math.Min(inputs.Count, first + MostInGroup), request, block, outcomes, look, cancellationToken);
        }
    }

    /// <summary>Frees the network: at once, or when the last call that still runs has ended.</summary>
    public void Dispose() => _calls.Dispose();

    private void RunGroup(IReadOnlyList<ImageInput> inputs, int first, int end, ImageRequest request, float[] block, EmbeddingOutcome[] outcomes, Action<int, RgbImage>? look, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var feed = new PictureFeed(_reader, _preparation);
        var pictures = new FedPicture[end - first];
        _team.For(pictures.Length, i =>
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                pictures[i] = feed.Read(inputs[first + i], look is null ? null : image => look(first + i, image), cancellationToken);
            }
        });
        cancellationToken.ThrowIfCancellationRequested();
        var ready = Stopwatch.GetTimestamp();
        for (var i = 0; i < pictures.Length; i++)
        {
            outcomes[first + i] = new EmbeddingOutcome(0, 0, pictures[i].Error);
        }

        foreach (var batch in Batches(pictures))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Forward(pictures, batch, first, request, block, outcomes);
        }

        if (_options.Observe is { } observe)
        {
            UserCallback.Run(() => observe(new ImageTimes(pictures.Length, feed.Decoding, feed.Preparing, Stopwatch.GetElapsedTime(start, ready), Stopwatch.GetElapsedTime(ready))));
        }
    }

    // Pictures of one size go together, unless they are so large that they would take much memory.
    private IEnumerable<int[]> Batches(FedPicture[] pictures) =>
        Enumerable.Range(0, pictures.Length)
            .Where(i => pictures[i].Picture is not null)
            .GroupBy(i => (pictures[i].Picture!.Height, pictures[i].Picture!.Width))
            .SelectMany(group => group.Chunk((int)Math.Clamp(MostFloats / (3L * group.Key.Height * group.Key.Width), 1, _network.BestBatch)));

    private void Forward(FedPicture[] pictures, int[] batch, int first, ImageRequest request, float[] block, EmbeddingOutcome[] outcomes)
    {
        var (height, width) = (pictures[batch[0]].Picture!.Height, pictures[batch[0]].Picture!.Width);
        var size = 3 * height * width;
        var values = new float[batch.Length * size];
        for (var i = 0; i < batch.Length; i++)
        {
            pictures[batch[i]].Picture!.Values.CopyTo(values.AsSpan(i * size));
        }

        var vectors = new float[batch.Length * Dimensions];
        _network.Forward(new PixelBatch(values, height, width), vectors, _team);
        var dimensions = request.Space.Dimensions;
        for (var i = 0; i < batch.Length; i++)
        {
            var row = first + batch[i];
            Finish(vectors.AsSpan(i * Dimensions, dimensions), block.AsSpan(row * dimensions, dimensions), request.Space, ref outcomes[row]);
        }
    }

    // A checkpoint with weights that are not finite gives an error for each picture, not a vector of NaN.
    private static void Finish(ReadOnlySpan<float> vector, Span<float> row, EmbeddingSpace space, ref EmbeddingOutcome outcome)
    {
        try
        {
            space.Fill(vector, row);
        }
        catch (SimileException error)
        {
            row.Clear();
            outcome = new EmbeddingOutcome(0, 0, error);
        }
    }

    private void Free()
    {
        _team.Dispose();
        _network.Dispose();
    }
}
