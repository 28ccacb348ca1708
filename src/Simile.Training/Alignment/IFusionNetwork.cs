using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>A fusion in training: rows of both parts in, fused rows out, and back.</summary>
internal interface IFusionNetwork
{
    /// <summary>What is learned.</summary>
    IEnumerable<Parameter> Parameters { get; }

    /// <summary>Fuses rows of unit length, (B, D_text) and (B, D_image) → (B, K), before the last normalization.</summary>
    void Forward(PinnedMatrix texts, PinnedMatrix images, PinnedMatrix fused);

    /// <summary>The parameters' gradients, out of that of the fused rows of the last <see cref="Forward"/>.</summary>
    void Backward(PinnedMatrix fusedGradient);

    /// <summary>The layers by the names that <see cref="LearnedFusion"/> gives them.</summary>
    IReadOnlyDictionary<string, LinearMap> Export();
}
