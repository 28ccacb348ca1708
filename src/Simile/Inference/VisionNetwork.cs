using Simile.Engine.Convolutions;
using Simile.Engine.Products;
using Simile.Engine.Threads;
using Simile.Engine.Vision;

namespace Simile.Inference;

/// <summary>A network from prepared pictures to one vector each. Immutable and safe to call from many threads.</summary>
internal sealed class VisionNetwork : IImageEncoder
{
    // Its weights are read once for all pictures of a batch. A transformer has the larger weights and the smaller maps.
    private const int ResidualBatch = 16;
    private const int PatchBatch = 32;
    private readonly ResidualNetwork? _residual;
    private readonly PatchTransformer? _patches;
    private readonly LinearLayer? _head;

    /// <summary>A residual network.</summary>
    /// <param name="family">The family's name.</param>
    /// <param name="network">The network, which becomes this one's.</param>
    /// <param name="head">The product behind it, or null.</param>
    public VisionNetwork(string family, ResidualNetwork network, LinearLayer? head) =>
        (Family, _residual, _head, Dimensions) = (family, network, head, head?.Dimensions ?? network.Dimensions);

    /// <summary>A vision transformer.</summary>
    /// <param name="family">The family's name.</param>
    /// <param name="network">The network, which becomes this one's.</param>
    /// <param name="head">The product behind it, or null.</param>
    public VisionNetwork(string family, PatchTransformer network, LinearLayer? head) =>
        (Family, _patches, _head, Dimensions) = (family, network, head, head?.Dimensions ?? network.Dimensions);

    /// <inheritdoc/>
    public string Family { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public (int Height, int Width)? ImageSize => _patches is { ImageSize: var side } ? (side, side) : null;

    /// <inheritdoc/>
    public int BestBatch => _patches is null ? ResidualBatch : PatchBatch;

    /// <inheritdoc/>
    public string Arithmetic => $"{Kernels.Precision}:{Kernels.Bits}";

    private TileKernels Kernels => _residual?.Kernels ?? _patches!.Kernels;

    /// <inheritdoc/>
    public void Forward(PixelBatch pictures, Span<float> vectors, WorkerTeam? team)
    {
        if (_head is null)
        {
            ForwardFeatures(pictures, vectors, team);
            return;
        }

        var features = new float[vectors.Length / Dimensions * _head.Inputs];
        ForwardFeatures(pictures, features, team);
        for (var i = 0; i < vectors.Length / Dimensions; i++)
        {
            _head.Forward(features.AsSpan(i * _head.Inputs, _head.Inputs), vectors.Slice(i * Dimensions, Dimensions));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _residual?.Dispose();
        _patches?.Dispose();
    }

    private void ForwardFeatures(PixelBatch pictures, Span<float> features, WorkerTeam? team)
    {
        if (_residual is not null)
        {
            _residual.Forward(pictures.Values, pictures.Height, pictures.Width, features, team);
            return;
        }

        _patches!.Forward(pictures.Values, features, team);
    }
}
