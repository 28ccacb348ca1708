using System.Collections.Concurrent;
using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>Runs convolutions as products over blocks of places that fit the second-level cache. Bias, the residual sum and the activation are fused into the product's store.</summary>
/// <remarks>What a place becomes depends on the pixels it sees alone; with int8 also on the largest value of its image.</remarks>
internal sealed unsafe class ConvolutionStep(TileKernels kernels) : IDisposable
{
    private const int BlockBytes = 384 << 10;
    private const int MostBlockRows = 16 * TileShape.Rows;
    private readonly ConcurrentBag<RowGather> _gathers = [];
    private readonly MapCodes _codes = new(kernels.Precision);
    private readonly WinogradStep _winograd = new(kernels);

    /// <summary>Output = f(convolution(input) + addend).</summary>
    /// <param name="convolution">The weights.</param>
    /// <param name="input">(N, H, W, C).</param>
    /// <param name="output">Gets (N, H', W', O).</param>
    /// <param name="addend">Of the output's shape, or null; it may be the output itself.</param>
    /// <param name="activation">f.</param>
    /// <param name="team">Threads that share the work, or null.</param>
    public void Forward(Convolution convolution, FeatureMap input, FeatureMap output, FeatureMap? addend, ActivationKind activation, WorkerTeam? team)
    {
        output.Reserve(input.Images, convolution.OutputSize(input.Height), convolution.OutputSize(input.Width), convolution.Outputs);
        if (convolution.IsWinograd)
        {
            _winograd.Forward(convolution, input, output, addend, activation, team);
            return;
        }

        _codes.Set(input, team);
        var rowBytes = convolution.Matrix.Steps * 4;
        var block = Math.Clamp(BlockBytes / rowBytes / TileShape.Rows, 1, MostBlockRows / TileShape.Rows) * TileShape.Rows;
        var blocks = (output.Pixels + block - 1) / block;
        var chunks = team is null ? 1 : Math.Clamp(2 * team.Threads / blocks, 1, convolution.Matrix.Panels);
        WorkSteps.Run(team, blocks * chunks, task =>
        {
            var first = task / chunks * block;
            var panels = convolution.Matrix.Panels;
            var part = new TilePart(first, Math.Min(output.Pixels, first + block), task % chunks * panels / chunks, ((task % chunks) + 1) * panels / chunks);
            ForwardPart(convolution, input, output, addend, activation, part);
        });
    }

    public void Dispose()
    {
        _codes.Dispose();
        _winograd.Dispose();
        while (_gathers.TryTake(out var gather))
        {
            gather.Dispose();
        }
    }

    private void ForwardPart(Convolution convolution, FeatureMap input, FeatureMap output, FeatureMap? addend, ActivationKind activation, TilePart part)
    {
        var first = part.FirstRow;
        var target = new TileOutput
        {
            Target = (byte*)output.Pixel(first),
            Stride = output.Stride,
            Addend = addend is null ? null : (byte*)addend.Pixel(first),
            AddendStride = addend?.Stride ?? 0,
        };
        var gather = _gathers.TryTake(out var free) ? free : new RowGather();
        var rows = gather.Rows;
        using var lent = new ProductRows();
        if (convolution.IsPointwise)
        {
            rows = lent;
            rows.PointTo(_codes.Data + ((nint)first * _codes.Stride), _codes.Stride, _codes.Scales + first, _codes.Sums + first);
        }
        else
        {
            gather.Collect(convolution, input, _codes, output, first, part.EndRow);
        }

        LinearProduct.Forward(kernels, rows, convolution.Matrix, part with { FirstRow = 0, EndRow = part.EndRow - first }, target, activation);
        _gathers.Add(gather);
    }
}
