using System.Collections.Concurrent;
using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>Runs convolutions as products over blocks of places that fit the second-level cache. Bias, the residual sum and the activation
/// are fused into the product's store.</summary>
/// <remarks>What a place becomes depends on the pixels it sees alone; with int8 also on the largest value of its image.</remarks>
internal sealed unsafe class ConvolutionStep(TileKernels kernels) : IDisposable
{
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
    public void Forward(
        Convolution convolution,
        FeatureMap input,
        FeatureMap output,
        FeatureMap? addend,
        ActivationKind activation,
        WorkerTeam? team
    )
    {
        output.Reserve(input.Images, convolution.OutputSize(input.Height), convolution.OutputSize(input.Width), convolution.Outputs);
        if (convolution.IsWinograd)
        {
            _winograd.Forward(convolution, input, output, addend, activation, team);
            return;
        }

        _codes.Set(input, team);
        var plan = ConvolutionBlocks.Of(convolution, output, team);
        var largest = plan.ByImage ? new float[plan.Tasks] : null;
        WorkSteps.Run(
            team,
            plan.Tasks,
            task =>
            {
                var found = ForwardPart(convolution, input, output, addend, activation, plan.Part(task), plan.ByImage);
                if (largest is not null)
                {
                    largest[task] = found;
                }
            }
        );
        output.Largest = largest is null ? null : plan.LargestByImage(largest);
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

    // Returns the largest magnitude of what it stored, if it is asked to look.
    private float ForwardPart(
        Convolution convolution,
        FeatureMap input,
        FeatureMap output,
        FeatureMap? addend,
        ActivationKind activation,
        TilePart part,
        bool looks
    )
    {
        var first = part.FirstRow;
        var largest = 0f;
        var target = new TileOutput
        {
            Target = (byte*)output.Pixel(first),
            Stride = output.Stride,
            Addend = addend is null ? null : (byte*)addend.Pixel(first),
            AddendStride = addend?.Stride ?? 0,
            Largest = looks ? &largest : null,
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

        LinearProduct.Forward(
            kernels,
            rows,
            convolution.Matrix,
            part with
            {
                FirstRow = 0,
                EndRow = part.EndRow - first,
            },
            target,
            activation
        );
        _gathers.Add(gather);
        return largest;
    }
}
