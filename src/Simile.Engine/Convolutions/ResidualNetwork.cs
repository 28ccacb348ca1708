using System.Collections.Concurrent;
using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;

namespace Simile.Engine.Convolutions;

/// <summary>A residual network up to its global average: pictures to feature vectors. Immutable and safe to call from many
/// threads.</summary>
/// <remarks>What a picture becomes depends, bit for bit, on its own pixels, the precision and the instructions alone.</remarks>
internal sealed class ResidualNetwork : IDisposable
{
    private const long LargeMapBytes = 1 << 20;
    private readonly ConcurrentBag<ResidualPass> _passes = [];

    /// <summary>Packs the weights.</summary>
    /// <param name="weights">The checkpoint; each block is let go as soon as it is packed.</param>
    /// <param name="compute">The arithmetic of the products.</param>
    public ResidualNetwork(ResidualWeights weights, ComputeOptions compute)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(compute);
        Kernels = TileKernels.Create(compute.Precision, compute.Level);
        Stem = Convolution.Pack(compute.Precision, weights.Stem);
        Blocks = [.. weights.Blocks.Select(block => ResidualBlock.Pack(compute.Precision, block))];
        Dimensions = Blocks.Length > 0 ? Blocks[^1].Path[^1].Outputs : Stem.Outputs;
    }

    /// <summary>Values of a feature vector: the channels of the last block.</summary>
    public int Dimensions { get; }

    /// <summary>The kernels of the products.</summary>
    public TileKernels Kernels { get; }

    internal Convolution Stem { get; }

    internal ResidualBlock[] Blocks { get; }

    /// <summary>Runs pictures of one size.</summary>
    /// <param name="pictures">(N, 3, H, W), prepared.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="vectors">Gets (N, D).</param>
    /// <param name="team">Threads that share each step, or null to stay on the caller's.</param>
    public void Forward(ReadOnlySpan<float> pictures, int height, int width, Span<float> vectors, WorkerTeam? team)
    {
        var pass = _passes.TryTake(out var free) ? free : new ResidualPass(this);
        pass.Forward(pictures, height, width, vectors, team);
        _passes.Add(pass);
        GC.KeepAlive(this);
    }

    /// <summary>The blocks whose maps are so large that a batch of them would not stay in the caches.</summary>
    internal int BlocksWithLargeMaps(int height, int width)
    {
        var pooled = (Height: PooledSize(Stem.OutputSize(height)), Width: PooledSize(Stem.OutputSize(width)));
        var count = 0;
        foreach (var block in Blocks)
        {
            foreach (var convolution in block.Path)
            {
                pooled = (convolution.OutputSize(pooled.Height), convolution.OutputSize(pooled.Width));
            }

            if ((long)pooled.Height * pooled.Width * block.Path[^1].Outputs * sizeof(float) < LargeMapBytes)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static int PooledSize(int size) => ((size - 1) / 2) + 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        Stem.Dispose();
        foreach (var block in Blocks)
        {
            block.Dispose();
        }

        while (_passes.TryTake(out var pass))
        {
            pass.Dispose();
        }
    }
}

/// <summary>One block, packed for the kernels.</summary>
internal sealed class ResidualBlock : IDisposable
{
    private ResidualBlock(Convolution[] path, Convolution? shortcut) => (Path, Shortcut) = (path, shortcut);

    public Convolution[] Path { get; }

    public Convolution? Shortcut { get; }

    public static ResidualBlock Pack(ComputePrecision precision, ResidualBlockWeights weights) =>
        new(
            [.. weights.Path.Select(convolution => Convolution.Pack(precision, convolution))],
            weights.Shortcut is { } shortcut ? Convolution.Pack(precision, shortcut) : null
        );

    public void Dispose()
    {
        Shortcut?.Dispose();
        foreach (var convolution in Path)
        {
            convolution.Dispose();
        }
    }
}

/// <summary>One block of a residual network: f(path(x) + shortcut(x)), f being ReLU, which also stands between the path's
/// convolutions.</summary>
/// <param name="Path">The convolutions, first to last.</param>
/// <param name="Shortcut">The convolution of the other branch, or null where it is the input itself.</param>
internal sealed record ResidualBlockWeights(IReadOnlyList<ConvolutionWeights> Path, ConvolutionWeights? Shortcut);

/// <summary>A residual network without its head (He et al. 2015).</summary>
/// <param name="Stem">The first convolution; ReLU and max pooling follow.</param>
/// <param name="Blocks">The blocks, read one by one.</param>
internal sealed record ResidualWeights(ConvolutionWeights Stem, IEnumerable<ResidualBlockWeights> Blocks);

/// <summary>One run of a residual network, with the memory it takes. Reused from run to run; not safe for several callers at
/// once.</summary>
internal sealed unsafe class ResidualPass(ResidualNetwork network) : IDisposable
{
    private const int Colours = 3;
    private readonly ConvolutionStep _step = new(network.Kernels);
    private readonly FeatureMap _next = new();
    private readonly FeatureMap _spare = new();
    private FeatureMap _shortcut = new();
    private FeatureMap _current = new();
    private FeatureMap _joined = new();
    private WorkerTeam? _team;

    /// <summary>Runs pictures (N, 3, H, W) to vectors (N, D).</summary>
    /// <remarks>While maps are large each picture goes its way alone, so that they stay in the caches; then all go together, so that the
    /// large weights of the last stages are read once.</remarks>
    public void Forward(ReadOnlySpan<float> pictures, int height, int width, Span<float> vectors, WorkerTeam? team)
    {
        _team = team is { Threads: > 1 } ? team : null;
        var plane = Colours * height * width;
        var images = pictures.Length / plane;
        var early = images > 1 ? network.BlocksWithLargeMaps(height, width) : 0;
        if (early == 0)
        {
            Begin(pictures, height, width);
        }

        for (var image = 0; early > 0 && image < images; image++)
        {
            Begin(pictures.Slice(image * plane, plane), height, width);
            Run(network.Blocks.AsSpan(0, early));
            _joined.Take(_current, image, images);
        }

        if (early > 0)
        {
            (_current, _joined) = (_joined, _current);
        }

        Run(network.Blocks.AsSpan(early));
        for (var image = 0; image < images; image++)
        {
            MapPooling.Mean(_current, image, vectors.Slice(image * network.Dimensions, network.Dimensions));
        }
    }

    public void Dispose()
    {
        _step.Dispose();
        _shortcut.Dispose();
        _current.Dispose();
        _joined.Dispose();
        _next.Dispose();
        _spare.Dispose();
    }

    private void Begin(ReadOnlySpan<float> pictures, int height, int width)
    {
        Load(pictures, height, width);
        _step.Forward(network.Stem, _current, _next, null, ActivationKind.Relu, _team);
        MapPooling.Max(_next, _current, _team);
    }

    private void Run(ReadOnlySpan<ResidualBlock> blocks)
    {
        foreach (var block in blocks)
        {
            ForwardBlock(block);
        }
    }

    private void ForwardBlock(ResidualBlock block)
    {
        var addend = _current;
        if (block.Shortcut is { } shortcut)
        {
            _step.Forward(shortcut, _current, _shortcut, null, ActivationKind.Identity, _team);
            addend = _shortcut;
        }

        // The last convolution writes over what it adds: place by place, each is read before it is written.
        var input = _current;
        for (var i = 0; i < block.Path.Length - 1; i++)
        {
            var output = i % 2 == 0 ? _next : _spare;
            _step.Forward(block.Path[i], input, output, null, ActivationKind.Relu, _team);
            input = output;
        }

        _step.Forward(block.Path[^1], input, addend, addend, ActivationKind.Relu, _team);
        if (addend == _shortcut)
        {
            (_current, _shortcut) = (_shortcut, _current);
        }
    }

    // From planes to pixels; the channel that fills up the four is zero.
    private void Load(ReadOnlySpan<float> pictures, int height, int width)
    {
        var plane = height * width;
        var images = pictures.Length / (Colours * plane);
        _current.Reserve(images, height, width, Convolution.PaddedChannels(Colours));
        for (var image = 0; image < images; image++)
        {
            var source = pictures.Slice(image * Colours * plane, Colours * plane);
            var red = source[..plane];
            var green = source.Slice(plane, plane);
            var blue = source[(2 * plane)..];
            var target = new Span<float>(_current.Pixel(image * plane), Convolution.PaddedChannels(Colours) * plane);
            for (var pixel = 0; pixel < plane; pixel++, target = target[4..])
            {
                (target[0], target[1], target[2], target[3]) = (red[pixel], green[pixel], blue[pixel], 0);
            }
        }
    }
}
