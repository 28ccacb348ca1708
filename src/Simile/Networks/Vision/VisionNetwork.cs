using Simile.Engine.Checkpoints;
using Simile.Engine.Convolutions;
using Simile.Engine.Encoders;
using Simile.Engine.Products;
using Simile.Engine.Threads;
using Simile.Engine.Vision;
using Simile.Models;

namespace Simile.Networks.Vision;

/// <summary>A network from prepared pictures to one vector each. Immutable and safe to call from many threads.</summary>
internal sealed class VisionNetwork : IDisposable
{
    private const int ResidualBatch = 16;
    private const int PatchBatch = 32;
    private readonly ResidualNetwork? _residual;
    private readonly PatchEncoder? _patches;
    private readonly VectorProjection? _head;

    private VisionNetwork(string kind, ResidualNetwork network, VectorProjection? head) =>
        (Kind, _residual, _head, Dimensions) = (kind, network, head, head?.Outputs ?? network.Dimensions);

    private VisionNetwork(string kind, PatchEncoder network, VectorProjection? head) =>
        (Kind, _patches, _head, Dimensions) = (kind, network, head, head?.Outputs ?? network.Dimensions);

    /// <summary>The family: resnet, vit, clip, siglip.</summary>
    public string Kind { get; }

    /// <summary>Values a vector (D).</summary>
    public int Dimensions { get; }

    /// <summary>The only side length it takes, or null where any will do.</summary>
    public int? ImageSize => _patches?.ImageSize;

    /// <summary>Pictures that best go through it together: its weights are read once for them. A transformer has the larger weights and the smaller maps.</summary>
    public int BestBatch => _patches is null ? ResidualBatch : PatchBatch;

    /// <summary>The kernels in use.</summary>
    public TileKernels Kernels => _residual?.Kernels ?? _patches!.Kernels;

    /// <summary>Loads a network; nothing of the checkpoint stays open.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static VisionNetwork Load(SafetensorsSet weights, ModelConfig? config, ComputeOptions compute)
    {
        if (ResNetReader.Recognizes(weights))
        {
            var residual = new ResidualNetwork(ResNetReader.Read(weights, config), compute);
            return new VisionNetwork("resnet", residual, VectorProjection.Read(weights, ResNetNames.Projection + "weight", ResNetNames.Projection + "bias", residual.Dimensions));
        }

        var names = Array.Find([PatchNames.Vit("vit."), PatchNames.Vit(string.Empty), PatchNames.Timm, PatchNames.Siglip, PatchNames.Clip], names => names.Fits(weights));
        if (names is null || config is null)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{weights.Paths.First()} holds no vision network that Simile runs: ResNet (torchvision, timm, Hugging Face), ViT (Hugging Face, timm), CLIP or SigLIP{(names is null ? string.Empty : "; config.json is missing")}.");
        }

        var (kind, traits) = names == PatchNames.Clip ? ("clip", PatchTraits.Clip(config))
            : names == PatchNames.Siglip ? ("siglip", PatchTraits.Siglip(config))
            : ("vit", names == PatchNames.Timm ? PatchTraits.Timm(config) : PatchTraits.Vit(config));
        var network = PatchReader.Read(new PatchTensors(weights), names, traits, compute);
        return new VisionNetwork(kind, network, names.Head is { } head ? VectorProjection.Read(weights, head, null, network.Dimensions) : null);
    }

    /// <summary>Runs pictures of one size.</summary>
    /// <param name="pictures">(N, 3, H, W), prepared.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="vectors">Gets (N, D).</param>
    /// <param name="team">Threads that share each step, or null.</param>
    public void Forward(ReadOnlySpan<float> pictures, int height, int width, Span<float> vectors, WorkerTeam? team)
    {
        if (_head is null)
        {
            ForwardFeatures(pictures, height, width, vectors, team);
            return;
        }

        var features = new float[vectors.Length / Dimensions * _head.Inputs];
        ForwardFeatures(pictures, height, width, features, team);
        _head.Forward(features, vectors);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _residual?.Dispose();
        _patches?.Dispose();
    }

    private void ForwardFeatures(ReadOnlySpan<float> pictures, int height, int width, Span<float> features, WorkerTeam? team)
    {
        if (_residual is not null)
        {
            _residual.Forward(pictures, height, width, features, team);
            return;
        }

        _patches!.Forward(pictures, features, team);
    }
}
