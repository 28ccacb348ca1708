using System.Diagnostics;
using System.Runtime.InteropServices;
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
    private const int MaxInGroup = 32;
    private const long MaxFloats = 5L << 20;
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
        for (var first = 0; first < call.Inputs.Count; first += MaxInGroup)
        {
            RunGroup(call, first, Math.Min(call.Inputs.Count, first + MaxInGroup), cancellationToken);
        }
    }

    /// <summary>Frees the network: at once, or when the last call that still runs has ended.</summary>
    public void Dispose() => _calls.Dispose();

    private void RunGroup(ImageCall call, int first, int end, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var feed = new ImageLoader(_reader, _preparation);
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
                group.Chunk((int)Math.Clamp(MaxFloats / (3L * group.Key.Height * group.Key.Width), 1, _network.BestBatch))
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

/// <summary>Decodes and prepares pictures side by side; a picture that fails is an error of its own.</summary>
/// <param name="reader">Decodes.</param>
/// <param name="preparation">Brings pictures to the network's size.</param>
internal sealed class ImageLoader(ImageReader reader, ImagePreparation preparation)
{
    private long _decodeTicks;
    private long _prepareTicks;

    /// <summary>Time spent decoding, summed over threads.</summary>
    public TimeSpan Decoding => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _decodeTicks));

    /// <summary>Time spent preparing, summed over threads.</summary>
    public TimeSpan Preparing => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _prepareTicks));

    /// <summary>One picture, prepared.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="look">Sees the upright pixels before they are resized, or null.</param>
    /// <param name="cancellationToken">Ends decoding.</param>
    public FedPicture Read(ImageInput? input, Action<RgbImage>? look, CancellationToken cancellationToken)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            var image = (input ?? throw new SimileException(ErrorCode.NullInput, "The picture is null. Leave it out.")).Decode(
                reader,
                cancellationToken
            );
            var decoded = Stopwatch.GetTimestamp();
            look?.Invoke(image);
            var looked = Stopwatch.GetTimestamp();
            var prepared = preparation.Prepare(image);
            Interlocked.Add(ref _decodeTicks, decoded - start);
            Interlocked.Add(ref _prepareTicks, Stopwatch.GetTimestamp() - looked);
            return new FedPicture(prepared, null);
        }
        catch (SimileException error)
        {
            return new FedPicture(null, error);
        }
        catch (OutOfMemoryException error)
        {
            return new FedPicture(
                null,
                new SimileException(
                    ErrorCode.ImageTooLarge,
                    "There is not enough memory for the picture. Make it smaller, or lower ImageLimits.MaxMemoryBytes.",
                    error
                )
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return default;
        }
        catch (Exception error)
        {
            // A decoder of the user's own may throw anything; it must not fail the other pictures.
            return new FedPicture(null, ImageErrors.Damaged($"its decoder failed ({error.GetType().Name}: {error.Message})", error));
        }
    }
}

/// <summary>A picture ready for the network, or why it is not.</summary>
/// <param name="Picture">The prepared picture.</param>
/// <param name="Error">Why there is none.</param>
internal readonly record struct FedPicture(PreparedImage? Picture, SimileException? Error);

/// <summary>One call's options, settled against the model.</summary>
/// <param name="Space">The space of the answer.</param>
internal sealed record ImageRequest(EmbeddingSpace Space)
{
    public static ImageRequest Of(EmbedOptions options, EmbeddingSpace space)
    {
        if (options.MaxTokens is { } tokens)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"MaxTokens is {tokens}, but pictures have no tokens. Leave it out.");
        }

        return new ImageRequest(space.For(options));
    }
}

/// <summary>What a group of pictures cost.</summary>
/// <param name="Images">Pictures in the group.</param>
/// <param name="Decode">Reading and decoding, summed over the threads.</param>
/// <param name="Prepare">Resizing, cutting and normalizing, summed over the threads.</param>
/// <param name="Ready">From the beginning until all were prepared, by the clock.</param>
/// <param name="Forward">The network, by the clock.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImageTimes(int Images, TimeSpan Decode, TimeSpan Prepare, TimeSpan Ready, TimeSpan Forward);
