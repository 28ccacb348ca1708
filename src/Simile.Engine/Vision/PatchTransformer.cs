using Simile.Engine.Functions;
using Simile.Engine.Memory;
using Simile.Engine.Products;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;

namespace Simile.Engine.Vision;

/// <summary>A vision transformer: pictures cut into patches, through an encoder, to the state of the class row or to what a probe sees.
/// Immutable and safe to call from many threads.</summary>
/// <remarks>What a picture becomes depends, bit for bit, on its own pixels, the precision and the instructions alone.</remarks>
internal sealed class PatchTransformer : IDisposable
{
    private const int PatchesPerTask = 32;
    private readonly Transformer _encoder;
    private readonly PatchWeights _weights;
    private readonly PackedMatrix _projection;
    private readonly LayerNorm? _norm;
    private readonly AttentionPooling? _pooling;

    /// <summary>Packs the weights.</summary>
    /// <param name="patches">What comes before the first layer.</param>
    /// <param name="encoder">The encoder; without embedding.</param>
    /// <param name="layers">Its layers.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for patches that do not cut pictures evenly.</exception>
    public PatchTransformer(PatchWeights patches, TransformerWeights encoder, IEnumerable<LayerWeights> layers)
    {
        ArgumentNullException.ThrowIfNull(patches);
        ArgumentNullException.ThrowIfNull(encoder);
        if (patches.ImageSize % patches.PatchSize != 0 || Depth(patches) % 4 != 0)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"Pictures of {patches.ImageSize} pixels cannot be cut into patches of {patches.PatchSize}; patches must fit evenly "
                    + "and have an even side."
            );
        }

        _weights = patches;
        _encoder = new Transformer(encoder, layers);
        _projection = PackedMatrix.Pack(Shape.Compute.Precision, patches.Projection, Shape.Hidden, Depth(patches), patches.ProjectionBias);
        _norm = TransformerLayer.NormOf(patches.Norm, Shape);
        _pooling = patches.Pooling is { } probe ? new AttentionPooling(probe, Shape) : null;
    }

    /// <summary>Pixels of a picture's side.</summary>
    public int ImageSize => _weights.ImageSize;

    /// <summary>Values of a state (H).</summary>
    public int Dimensions => Shape.Hidden;

    /// <summary>The kernels of the products.</summary>
    public TileKernels Kernels => _encoder.Kernels;

    private TransformerConfig Shape => _encoder.Shape;

    private int PatchesPerSide => _weights.ImageSize / _weights.PatchSize;

    private int PatchesPerImage => PatchesPerSide * PatchesPerSide;

    private int RowsPerImage => PatchesPerImage + (_weights.Class is null ? 0 : 1);

    /// <summary>Runs pictures.</summary>
    /// <param name="pictures">(N, 3, S, S), prepared.</param>
    /// <param name="vectors">Gets the last states of the class rows, or what the probe makes of the patches, (N, H).</param>
    /// <param name="team">Threads that share each step, or null to stay on the caller's.</param>
    public unsafe void Forward(ReadOnlySpan<float> pictures, Span<float> vectors, WorkerTeam? team)
    {
        var images = vectors.Length / Dimensions;
        using var projected = new NativeBuffer();
        Project(pictures, images, projected, team);
        var starts = Enumerable.Range(0, images + 1).Select(image => image * RowsPerImage).ToArray();
        var pass = _encoder.Rent();
        pass.Forward(new PatchRows(_weights, _norm, (float*)projected.Data, RowFloats, PatchesPerImage), starts, team);
        for (var image = 0; image < images; image++)
        {
            Pool(pass, starts[image], vectors.Slice(image * Dimensions, Dimensions));
        }

        _encoder.Return(pass);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _projection.Dispose();
    }

    private void Pool(TransformerPass pass, int first, Span<float> vector)
    {
        if (_pooling is null)
        {
            pass.State(first).CopyTo(vector);
            return;
        }

        _pooling.Forward(pass, first, RowsPerImage, vector);
    }

    private int RowFloats => RowStride.Of(Shape.Hidden * sizeof(float)) / sizeof(float);

    private static int Depth(PatchWeights patches) => 3 * patches.PatchSize * patches.PatchSize;

    private unsafe void Project(ReadOnlySpan<float> pictures, int images, NativeBuffer projected, WorkerTeam? team)
    {
        var count = images * PatchesPerImage;
        projected.ReserveFloats((long)count * RowFloats);
        using var rows = new ProductRows();
        rows.Reserve(Shape.Compute.Precision, count, Depth(_weights));
        fixed (float* source = pictures)
        {
            var (address, length) = ((nint)source, pictures.Length);
            WorkSteps.Run(
                team,
                (count + PatchesPerTask - 1) / PatchesPerTask,
                task =>
                    CutRows(
                        new ReadOnlySpan<float>((float*)address, length),
                        rows,
                        task * PatchesPerTask,
                        Math.Min(count, (task + 1) * PatchesPerTask)
                    )
            );
        }

        var output = new TileOutput { Target = projected.Data, Stride = RowFloats * sizeof(float) };
        var split = ProductSplit.Of(
            count,
            _projection.Panels,
            ProductSplit.BlockRowsOf(Shape.Compute.Precision, Depth(_weights)),
            team,
            pairs: false
        );
        WorkSteps.Run(
            team,
            split.Tasks,
            task => LinearProduct.Forward(Kernels, rows, _projection, split.Part(task), output, ActivationKind.Identity)
        );
    }

    private unsafe void CutRows(ReadOnlySpan<float> pictures, ProductRows rows, int first, int end)
    {
        var patch = new float[Depth(_weights)];
        fixed (float* values = patch)
        {
            for (var row = first; row < end; row++)
            {
                Cut(pictures, row, patch);
                rows.Set(Shape.Compute.Precision, row, values, patch.Length);
            }
        }
    }

    // (3, p, p), as the convolution's weights lie.
    private void Cut(ReadOnlySpan<float> pictures, int row, Span<float> patch)
    {
        var (image, within, size, side) = (row / PatchesPerImage, row % PatchesPerImage, _weights.ImageSize, _weights.PatchSize);
        var (top, left) = (within / PatchesPerSide * side, within % PatchesPerSide * side);
        for (var line = 0; line < 3 * side; line++)
        {
            var (colour, y) = (line / side, line % side);
            var start = (((((image * 3) + colour) * size) + top + y) * size) + left;
            pictures.Slice(start, side).CopyTo(patch[(line * side)..]);
        }
    }
}

/// <summary>What a vision transformer does before its first layer (Dosovitskiy et al. 2020).</summary>
internal sealed record PatchWeights
{
    /// <summary>(H, 3, p, p).</summary>
    public required float[] Projection { get; init; }

    /// <summary>(H), or null.</summary>
    public float[]? ProjectionBias { get; init; }

    /// <summary>(H): the row before the patches, whose last state is the picture's; null where <see cref="Pooling"/> makes it of the
    /// patches.</summary>
    public float[]? Class { get; init; }

    /// <summary>What makes a picture's vector of its patches' states where there is no class row (SigLIP).</summary>
    public AttentionPoolingWeights? Pooling { get; init; }

    /// <summary>(1 + P, H), or (P, H) without a class row.</summary>
    public required float[] Positions { get; init; }

    /// <summary>The norm behind the sum (CLIP), or null.</summary>
    public NormWeights? Norm { get; init; }

    /// <summary>p: pixels of a patch's side.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Pixels of a picture's side.</summary>
    public required int ImageSize { get; init; }
}

/// <summary>The first layer's input of a vision transformer: class row and projected patches, their positions added.</summary>
internal sealed unsafe class PatchRows(PatchWeights weights, LayerNorm? norm, float* projected, int stride, int patches) : IInputRows
{
    private int Leading => weights.Class is null ? 0 : 1;

    public void Write(int row, Span<float> target)
    {
        var (image, position) = (row / (patches + Leading), row % (patches + Leading));
        var source =
            position < Leading
                ? weights.Class
                : new ReadOnlySpan<float>(projected + ((nint)((image * patches) + position - Leading) * stride), target.Length);
        var positions = weights.Positions.AsSpan(position * target.Length, target.Length);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = source[i] + positions[i];
        }

        fixed (float* state = target)
        {
            norm?.Forward(state, state);
        }
    }
}
