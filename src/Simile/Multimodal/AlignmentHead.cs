using Simile.Inference;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>The way of one side's vectors into the joint space: x̂ = x / |x|, then linear layers with ReLU between them, then unit
/// length.</summary>
/// <remarks>The training folds the centring of inputs and of outputs (the modality gap; Liang et al. 2022) into the layers'
/// biases.</remarks>
internal sealed class AlignmentHead
{
    private readonly LinearLayer[] _layers;

    internal AlignmentHead(EmbeddingSpace source, EmbeddingSpace joint, LinearLayer[] layers) =>
        (Source, Joint, _layers) = (source, joint, layers);

    /// <summary>Where vectors come from.</summary>
    public EmbeddingSpace Source { get; }

    /// <summary>Where they go to.</summary>
    public EmbeddingSpace Joint { get; }

    /// <summary>Maps one vector.</summary>
    /// <param name="vector">A vector of <see cref="Source"/>, (D).</param>
    /// <param name="joint">Gets its vector in <see cref="Joint"/>, (K).</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidVector"/> when it has no direction, before or after.</exception>
    public void Map(ReadOnlySpan<float> vector, Span<float> joint)
    {
        float[] unit = [.. vector];
        UnitLength.Normalize(unit);
        LayerTensors.Run(_layers, unit, joint);
        UnitLength.Normalize(joint);
    }
}
