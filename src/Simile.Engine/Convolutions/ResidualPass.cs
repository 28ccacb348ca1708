using Simile.Engine.Functions;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

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
