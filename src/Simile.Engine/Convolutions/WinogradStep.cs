using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Functions;
using Simile.Engine.Memory;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>Runs 3 × 3 convolutions in Winograd's form over blocks of tiles that fit the second-level cache.</summary>
internal sealed unsafe class WinogradStep(TileKernels kernels) : IDisposable
{
    private const int BlockBytes = 400 << 10;
    private const int MaxBlockTiles = 8 * TileShape.Rows;
    private const int Lanes = 16;
    private readonly ConcurrentBag<WinogradBuffers> _buffers = [];

    /// <summary>Output = f(convolution(input) + addend); the output has its shape already.</summary>
    public void Forward(
        Convolution convolution,
        FeatureMap input,
        FeatureMap output,
        FeatureMap? addend,
        ActivationKind activation,
        WorkerTeam? team
    )
    {
        var (rows, columns) = ((input.Height + 1) / 2, (input.Width + 1) / 2);
        var tiles = input.Images * rows * columns;
        var tileBytes = WinogradWeights.Products * sizeof(float) * Math.Max(convolution.Inputs, convolution.Outputs);
        var block = Math.Clamp(BlockBytes / tileBytes / TileShape.Rows, 1, MaxBlockTiles / TileShape.Rows) * TileShape.Rows;
        WorkSteps.Run(
            team,
            (tiles + block - 1) / block,
            task =>
            {
                var (first, end) = (task * block, Math.Min(tiles, (task + 1) * block));
                var buffers = _buffers.TryTake(out var free) ? free : new WinogradBuffers();
                buffers.Reserve(convolution, block);
                for (var tile = first; tile < end; tile++)
                {
                    var (image, within) = (tile / (rows * columns), tile % (rows * columns));
                    Spread(input, buffers, tile - first, image, within / columns * 2, within % columns * 2);
                }

                Multiply(convolution, buffers, end - first);
                for (var tile = first; tile < end; tile++)
                {
                    var (image, within) = (tile / (rows * columns), tile % (rows * columns));
                    Gather(
                        convolution,
                        buffers,
                        tile - first,
                        output,
                        addend,
                        activation,
                        new Place(image, within / columns * 2, within % columns * 2)
                    );
                }

                _buffers.Add(buffers);
            }
        );
    }

    public void Dispose()
    {
        while (_buffers.TryTake(out var buffers))
        {
            buffers.Dispose();
        }
    }

    private static void Spread(FeatureMap input, WinogradBuffers buffers, int tile, int image, int top, int left)
    {
        const int side = WinogradWeights.Side;
        var pixels = stackalloc float*[side * side];
        for (var i = 0; i < side * side; i++)
        {
            var (y, x) = (top - 1 + (i / side), left - 1 + (i % side));
            var isInside = (uint)y < (uint)input.Height && (uint)x < (uint)input.Width;
            pixels[i] = isInside ? input.Pixel((((image * input.Height) + y) * input.Width) + x) : buffers.Zeros;
        }

        WinogradTiles.Input(pixels, buffers.Inputs(0, tile), buffers.InputStep, input.Channels);
    }

    private void Multiply(Convolution convolution, WinogradBuffers buffers, int tiles)
    {
        using var rows = new ProductRows();
        for (var product = 0; product < WinogradWeights.Products; product++)
        {
            var matrix = convolution.Matrices[product];
            rows.PointTo(buffers.Inputs(product, 0), buffers.InputStride);
            var output = new TileOutput { Target = (byte*)buffers.Outputs(product, 0), Stride = buffers.OutputStride };
            LinearProduct.Forward(kernels, rows, matrix, new TilePart(0, tiles, 0, matrix.Panels), output, ActivationKind.Identity);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(
        Convolution convolution,
        WinogradBuffers buffers,
        int tile,
        FeatureMap output,
        FeatureMap? addend,
        ActivationKind activation,
        Place place
    )
    {
        var values = stackalloc float[4 * Lanes];
        for (var channel = 0; channel < convolution.Outputs; channel += Lanes)
        {
            WinogradTiles.Output(buffers.Outputs(0, tile) + channel, buffers.OutputStep, values);
            var bias = Vector512.Create<float>(convolution.Bias.AsSpan(channel, Lanes));
            for (var i = 0; i < 4; i++)
            {
                var (y, x) = (place.Top + (i / 2), place.Left + (i % 2));
                if (y >= output.Height || x >= output.Width)
                {
                    continue;
                }

                var pixel = (((place.Image * output.Height) + y) * output.Width) + x;
                var value = Vector512.Load(values + (i * Lanes)) + bias;
                value = addend is null ? value : value + Vector512.Load(addend.Pixel(pixel) + channel);
                value = activation == ActivationKind.Relu ? Relu.Of(value) : value;
                value.Store(output.Pixel(pixel) + channel);
            }
        }
    }

    private readonly record struct Place(int Image, int Top, int Left);
}

/// <summary>The transformed tiles of a block: sixteen matrices (tiles, C) and sixteen (tiles, O).</summary>
internal sealed unsafe class WinogradBuffers : IDisposable
{
    private readonly NativeBuffer _inputs = new();
    private readonly NativeBuffer _outputs = new();
    private readonly NativeBuffer _zeros = new();
    private int _tiles;

    /// <summary>Bytes from one tile's row to the next.</summary>
    public int InputStride { get; private set; }

    /// <summary>Bytes from one tile's row to the next.</summary>
    public int OutputStride { get; private set; }

    /// <summary>Floats from a tile's row in one matrix to that in the next.</summary>
    public nint InputStep => (nint)_tiles * InputStride / sizeof(float);

    /// <summary>Floats from a tile's row in one matrix to that in the next.</summary>
    public nint OutputStep => (nint)_tiles * OutputStride / sizeof(float);

    /// <summary>A pixel beyond the edge.</summary>
    public float* Zeros => (float*)_zeros.Data;

    /// <summary>Makes room for a block.</summary>
    public void Reserve(Convolution convolution, int tiles)
    {
        _tiles = tiles;
        InputStride = RowStride.Of(convolution.Inputs * sizeof(float));
        OutputStride = RowStride.Of(TileShape.Panels(convolution.Outputs) * TileShape.StepBytes);
        _inputs.Reserve((long)InputStride * tiles * WinogradWeights.Products);
        _outputs.Reserve((long)OutputStride * tiles * WinogradWeights.Products);
        new Span<float>(_zeros.ReserveFloats(convolution.Inputs), convolution.Inputs).Clear();
    }

    /// <summary>A tile's row of an input matrix.</summary>
    public float* Inputs(int product, int tile) => (float*)(_inputs.Data + ((((nint)product * _tiles) + tile) * InputStride));

    /// <summary>A tile's row of an output matrix.</summary>
    public float* Outputs(int product, int tile) => (float*)(_outputs.Data + ((((nint)product * _tiles) + tile) * OutputStride));

    public void Dispose()
    {
        _inputs.Dispose();
        _outputs.Dispose();
        _zeros.Dispose();
    }
}
