using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Simile.Engine.Threads;
using Simile.Inference;
using Simile.Models;

namespace Simile.OnnxRuntime;

/// <summary>A network of pictures that ONNX Runtime computes.</summary>
internal sealed class ImageGraph : IImageEncoder
{
    private const int Colours = 3;
    private const int UsualSide = 224;
    private const int UsualBatch = 16;
    private static readonly ImmutableArray<string> Vectors = ["image_embeds", "pooler_output", "embeddings", "sentence_embedding"];

    // The class row of these networks is the vector, as in our own engine.
    private static readonly ImmutableArray<string> ClassRows = ["vit", "deit", "dinov2"];
    private readonly GraphSession _session;
    private readonly string _input;
    private readonly string _output;
    private readonly bool _coloursLast;

    private ImageGraph(GraphSession session, OnnxRuntimeEngine engine, ImageNetworkRequest request)
    {
        (_session, Family) = (session, request.Family);
        _input = InputOf(session);
        var shape = session.Inputs[_input].Dimensions;
        _coloursLast = shape[1] != Colours && shape[3] == Colours;
        var (height, width) = _coloursLast ? (shape[1], shape[2]) : (shape[2], shape[3]);
        ImageSize = height > 0 && width > 0 ? (height, width) : null;
        FixedBatch = shape[0] > 0 ? shape[0] : null;
        _output = GraphOutput.Choose(session, engine.Output, UsualOutputs(request.Family));
        Dimensions = DimensionsOf(Probe(request.Size));
        OwnOutput = engine.Output;
        Arithmetic = $"onnxruntime-{NativeRuntime.Version}:{session.Provider}:{engine.Optimization}:{_output}";
        Notes =
        [
            $"ONNX Runtime {NativeRuntime.Version} computes {Path.GetRelativePath(request.Folder, session.File.Path)} on "
                + $"{engine.Provider}; its output '{_output}' is taken as the vector.",
            .. shape[1] == Colours || _coloursLast
                ? []
                : new[] { $"The graph's input '{_input}' does not say where its colours are; (pictures, 3, rows, columns) is taken." },
        ];
    }

    /// <inheritdoc/>
    public string Family { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public (int Height, int Width)? ImageSize { get; }

    /// <inheritdoc/>
    public int BestBatch => FixedBatch ?? (_session.File.QuantizesByRun ? 1 : UsualBatch);

    /// <inheritdoc/>
    public string Arithmetic { get; }

    /// <inheritdoc/>
    public string? OwnOutput { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> Notes { get; }

    private int? FixedBatch { get; }

    /// <summary>Opens the graph of a folder.</summary>
    /// <returns>The network, and the digest of its weights.</returns>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static (IImageEncoder Network, string Digest) Open(OnnxRuntimeEngine engine, ImageNetworkRequest request)
    {
        var file = GraphFile.Open(request.Folder, "vision", engine.File);
        try
        {
            var session = GraphSession.Open(file, engine, request.Threads);
            try
            {
                var graph = new ImageGraph(session, engine, request);
                var digest = WeightsDigest.Of(file.WeightFiles);
                file.EnsureUnchanged();
                return (graph, digest);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Forward(PixelBatch pictures, Span<float> vectors, WorkerTeam? team)
    {
        _session.File.EnsureUnchanged();
        var size = Colours * pictures.Height * pictures.Width;
        var (count, batch) = (vectors.Length / Dimensions, FixedBatch ?? vectors.Length / Dimensions);
        for (var first = 0; first < count; first += batch)
        {
            var some = Math.Min(batch, count - first);
            var answer = Run(pictures.Values.Slice(first * size, some * size), batch, pictures.Height, pictures.Width);
            RequireShape(answer, batch);
            for (var i = 0; i < some; i++)
            {
                // Of the rows of a picture the first is the class's.
                answer
                    .Values.AsSpan(i * (answer.Values.Length / batch), Dimensions)
                    .CopyTo(vectors.Slice((first + i) * Dimensions, Dimensions));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static string InputOf(GraphSession session) =>
        session.Inputs.Count == 1 && session.Inputs.First() is { Key: var name, Value.Dimensions.Length: 4 }
            ? name
            : throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{session.File.Path} takes {session.Describe(session.Inputs)}; pictures are one input of the shape (pictures, 3, rows, "
                    + "columns) or (pictures, rows, columns, 3). Take an export of the network of pictures alone."
            );

    private static ImmutableArray<string> UsualOutputs(string family) =>
        ClassRows.Contains(family) ? ["last_hidden_state", .. Vectors] : Vectors;

    private GraphValues Probe((int Height, int Width)? given)
    {
        var (height, width) = ImageSize ?? given ?? (UsualSide, UsualSide);
        var values = new float[Colours * height * width];
        var known = _session.Outputs[_output].Dimensions;
        return known.Length > 1 && known.Skip(1).All(size => size > 0)
            ? new GraphValues([], [FixedBatch ?? 1, .. known.Skip(1).Select(size => (long)size)])
            : Run(values, FixedBatch ?? 1, height, width);
    }

    // A vector a picture, with or without axes of length 1 behind it, or states whose first is the class's.
    private int DimensionsOf(GraphValues answer) =>
        answer.Shape switch
        {
            [_, > 0 and var d, .. var rest] when rest.All(size => size == 1) => (int)d,
            [_, > 0, > 0 and var d] when ClassRows.Contains(Family) => (int)d,
            var other => throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The output '{_output}' of {_session.File.Path} has the shape ({string.Join(", ", other)}) for {other[0]} pictures; "
                    + $"a vector "
                    + "for each is wanted. Name another output."
            ),
        };

    private void RequireShape(GraphValues answer, int batch)
    {
        if (answer.Shape is not [var rows, ..] || rows != batch || DimensionsOf(answer) != Dimensions)
        {
            throw new SimileException(
                ErrorCode.ModelFailed,
                $"The output '{_output}' of {_session.File.Path} has the shape ({string.Join(", ", answer.Shape)}) for {batch} pictures, "
                    + $"where vectors of {Dimensions} values were expected. Take another export."
            );
        }
    }

    private GraphValues Run(ReadOnlySpan<float> pictures, int batch, int height, int width)
    {
        var values = new float[batch * Colours * height * width];
        if (_coloursLast)
        {
            TurnColours(pictures, values, height * width);
        }
        else
        {
            pictures.CopyTo(values);
        }

        long[] shape = _coloursLast ? [batch, height, width, Colours] : [batch, Colours, height, width];
        using var input = GraphInput.Floats(_session.File.Path, _input, _session.Inputs[_input], values, shape);
        return _session.Run([(_input, input)], _output, CancellationToken.None);
    }

    // (N, 3, H, W) into (N, H, W, 3).
    private static void TurnColours(ReadOnlySpan<float> pictures, Span<float> values, int pixels)
    {
        for (var picture = 0; picture < pictures.Length / (Colours * pixels); picture++)
        {
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                for (var colour = 0; colour < Colours; colour++)
                {
                    values[(((picture * pixels) + pixel) * Colours) + colour] = pictures[(((picture * Colours) + colour) * pixels) + pixel];
                }
            }
        }
    }
}
