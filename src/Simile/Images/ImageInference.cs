using System.Diagnostics;
using Simile.Engine.Threads;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Images;

/// <summary>Brings pictures through a network in groups: a group is decoded and prepared side by side, then goes through the network as one
/// batch. Memory is that of one group.</summary>
internal sealed class ImageInference : IDisposable
{
    // Pictures are decoded in groups, and go through the network in batches that let its weights be read once for several of them while its
    // maps stay small.
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
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    public void Run(ImageCall call, CancellationToken cancellationToken)
    {
        using var running = _calls.Enter();
        for (var first = 0; first < call.Inputs.Count; first += MostInGroup)
        {
            RunGroup(call, first, Math.Min(call.Inputs.Count, first + MostInGroup), cancellationToken);
        }
    }

    /// <summary>Frees the network: at once, or when the last call that still runs has ended.</summary>
    public void Dispose() => _calls.Dispose();

    private void RunGroup(ImageCall call, int first, int end, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var feed = new PictureFeed(_reader, _preparation);
        var pictures = new FedPicture[end - first];
        _team.For(
            pictures.Length,
            i =>
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    pictures[i] = feed.Read(
                        call.Inputs[first + i],
                        call.Look is { } look ? image => look(first + i, image) : null,
                        cancellationToken
                    );
                }
            }
        );
        cancellationToken.ThrowIfCancellationRequested();
        var ready = Stopwatch.GetTimestamp();
        for (var i = 0; i < pictures.Length; i++)
        {
            call.Outcomes[first + i] = new EmbeddingOutcome(0, 0, pictures[i].Error);
        }

        foreach (var batch in Batches(pictures))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Forward(call, pictures, batch, first);
        }

        if (_options.Observe is { } observe)
        {
            UserCallback.Run(() =>
                observe(
                    new ImageTimes(
                        pictures.Length,
                        feed.Decoding,
                        feed.Preparing,
                        Stopwatch.GetElapsedTime(start, ready),
                        Stopwatch.GetElapsedTime(ready)
                    )
                )
            );
        }
    }

    // Pictures of one size go together, unless they are so large that they would take much memory.
    private IEnumerable<int[]> Batches(FedPicture[] pictures) =>
        Enumerable
            .Range(0, pictures.Length)
            .Where(i => pictures[i].Picture is not null)
            .GroupBy(i => (pictures[i].Picture!.Height, pictures[i].Picture!.Width))
            .SelectMany(group =>
                group.Chunk((int)Math.Clamp(MostFloats / (3L * group.Key.Height * group.Key.Width), 1, _network.BestBatch))
            );

    private void Forward(ImageCall call, FedPicture[] pictures, int[] batch, int first)
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
        var dimensions = call.Request.Space.Dimensions;
        for (var i = 0; i < batch.Length; i++)
        {
            var row = first + batch[i];
            Finish(
                vectors.AsSpan(i * Dimensions, dimensions),
                call.Block.AsSpan(row * dimensions, dimensions),
                call.Request.Space,
                ref call.Outcomes[row]
            );
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

/// <summary>One call on its way through a network.</summary>
/// <param name="Inputs">The pictures (B).</param>
/// <param name="Request">The call's options, settled against the model.</param>
/// <param name="Block">Gets the vectors, (B, D).</param>
/// <param name="Outcomes">Gets what became of each, (B).</param>
/// <param name="Look">Sees each picture's number and upright pixels, or null.</param>
internal sealed record ImageCall(
    IReadOnlyList<ImageInput> Inputs,
    ImageRequest Request,
    float[] Block,
    EmbeddingOutcome[] Outcomes,
    Action<int, RgbImage>? Look
);
