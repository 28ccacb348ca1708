using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
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

/// <summary>How the places of a convolution's output are cut into tasks: blocks of places that fit the second-level cache, times runs of
/// panels where there are fewer blocks than threads.</summary>
/// <param name="Length">Places that are cut into blocks together: an image's, or all.</param>
/// <param name="Count">How many times.</param>
/// <param name="Block">Places of a block.</param>
/// <param name="Chunks">Runs of panels.</param>
/// <param name="Panels">Panels in all.</param>
internal readonly record struct ConvolutionBlocks(int Length, int Count, int Block, int Chunks, int Panels)
{
    private const int BlockBytes = 384 << 10;
    private const int MaxBlockRows = 16 * TileShape.Rows;

    // Smaller images waste too much of their last tile to be cut one by one.
    private const int LeastPlacesByImage = 512;

    /// <summary>Whether no block holds places of two images, so that each image's largest value is known when the blocks are
    /// done.</summary>
    public bool ByImage { get; private init; }

    /// <summary>Tasks in all.</summary>
    public int Tasks => Count * BlocksEach * Chunks;

    private int BlocksEach => (Length + Block - 1) / Block;

    /// <summary>Cuts an output.</summary>
    public static ConvolutionBlocks Of(Convolution convolution, FeatureMap output, WorkerTeam? team)
    {
        var byImage =
            convolution.Matrix.Precision == ComputePrecision.Int8
            && convolution.Outputs % 16 == 0
            && output.PixelsPerImage >= LeastPlacesByImage;
        var (length, count) = byImage ? (output.PixelsPerImage, output.Images) : (output.Pixels, 1);
        var block =
            Math.Clamp(BlockBytes / (convolution.Matrix.Steps * 4) / TileShape.Rows, 1, MaxBlockRows / TileShape.Rows) * TileShape.Rows;
        var blocks = count * ((length + block - 1) / block);
        var chunks = team is null ? 1 : Math.Clamp(2 * team.Threads / blocks, 1, convolution.Matrix.Panels);
        return new ConvolutionBlocks(length, count, block, chunks, convolution.Matrix.Panels) { ByImage = byImage };
    }

    /// <summary>The places and panels of a task.</summary>
    public TilePart Part(int task)
    {
        var (block, chunk) = (task / Chunks, task % Chunks);
        var start = block / BlocksEach * Length;
        var first = start + (block % BlocksEach * Block);
        return new TilePart(first, Math.Min(start + Length, first + Block), chunk * Panels / Chunks, (chunk + 1) * Panels / Chunks);
    }

    /// <summary>The largest value of each image, from that of each task.</summary>
    public float[] LargestByImage(float[] byTask) => [.. byTask.Chunk(Tasks / Count).Select(tasks => tasks.Max())];
}

/// <summary>Collects the rows of a convolution for a few places of its output: the pixels that each sees, zeros where it sees beyond the
/// edge.</summary>
internal sealed unsafe class RowGather : IDisposable
{
    private const int MaxShortBytes = 128;

    /// <summary>The rows.</summary>
    public ProductRows Rows { get; } = new();

    /// <summary>Collects the rows of places <paramref name="first"/> … <paramref name="end"/> − 1 of an output map.</summary>
    public void Collect(Convolution convolution, FeatureMap input, MapCodes codes, FeatureMap output, int first, int end)
    {
        var precision = convolution.Matrix.Precision;
        Rows.Reserve(precision, end - first, convolution.Matrix.Depth);
        for (var place = first; place < end; place++)
        {
            var image = place / output.PixelsPerImage;
            var within = place % output.PixelsPerImage;
            var y = (within / output.Width * convolution.Stride) - convolution.Padding;
            var x = (within % output.Width * convolution.Stride) - convolution.Padding;
            var target = Rows.Data + ((nint)(place - first) * Rows.Stride);
            var sum = 0;
            for (var row = y; row < y + convolution.Kernel; row++)
            {
                sum += CopyRow(input, codes, image, row, x, convolution.Kernel, ref target);
            }

            if (precision == ComputePrecision.Int8)
            {
                Rows.Sums[place - first] = sum;
                Rows.Scales[place - first] = codes.Scales[image * input.PixelsPerImage];
            }
        }
    }

    public void Dispose() => Rows.Dispose();

    // The pixels x … x + count − 1 of one row of the input.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CopyRow(FeatureMap input, MapCodes codes, int image, int row, int x, int count, ref byte* target)
    {
        if (codes.Stride == codes.PixelBytes && row >= 0 && row < input.Height && x >= 0 && x + count <= input.Width)
        {
            return CopyRun(codes, (((image * input.Height) + row) * input.Width) + x, count, ref target);
        }

        var sum = 0;
        var start = ((image * input.Height) + row) * input.Width;
        for (var column = x; column < x + count; column++, target += codes.PixelBytes)
        {
            if ((uint)row >= (uint)input.Height || (uint)column >= (uint)input.Width)
            {
                Unsafe.InitBlockUnaligned(target, 0, (uint)codes.PixelBytes);
                continue;
            }

            Unsafe.CopyBlockUnaligned(target, codes.Data + ((nint)(start + column) * codes.Stride), (uint)codes.PixelBytes);
            sum += codes.Sums == null ? 0 : codes.Sums[start + column];
        }

        return sum;
    }

    // Pixels that lie without gaps and are all there.
    private static int CopyRun(MapCodes codes, int first, int count, ref byte* target)
    {
        Copy(codes.Data + ((nint)first * codes.Stride), target, count * codes.PixelBytes);
        target += count * codes.PixelBytes;
        var sum = 0;
        for (var i = first; codes.Sums != null && i < first + count; i++)
        {
            sum += codes.Sums[i];
        }

        return sum;
    }

    // A stem's runs are so short that calling a routine for them would cost more than copying them.
    private static void Copy(byte* source, byte* target, int bytes)
    {
        if (bytes is < 16 or > MaxShortBytes)
        {
            Unsafe.CopyBlockUnaligned(target, source, (uint)bytes);
            return;
        }

        for (var i = 0; i < bytes - 16; i += 16)
        {
            Vector128.Load(source + i).Store(target + i);
        }

        Vector128.Load(source + bytes - 16).Store(target + bytes - 16);
    }
}
