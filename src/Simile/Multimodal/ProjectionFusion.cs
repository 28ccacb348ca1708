using Simile.Engine.Tensors;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>A learned linear map of both parts side by side: f = W · [t̂ ; î] + b, scaled to unit length. Both parts are needed.</summary>
/// <remarks>A joint representation by projection, as in Baltrušaitis, Ahuja and Morency 2019; trained by InfoNCE (van den Oord, Li and
/// Vinyals 2018) towards the aligned text and picture.</remarks>
internal sealed class ProjectionFusion : IFusion
{
    /// <summary>The name in files.</summary>
    public const string Method = "projection";

    private readonly LearnedFusionFrame _frame;
    private readonly LinearLayer[] _projection;

    internal ProjectionFusion(SafetensorsFile file, LearnedFusionFrame frame) =>
        (_frame, _projection) = (frame, LayerTensors.Read(file, "projection", frame.Inputs, frame.Fused.Dimensions));

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe => _frame.Recipe;

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image) => _frame.SpaceOf(text, image);

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        LayerTensors.Run(_projection, _frame.Concatenate(text, image, "A learned projection"), fused);
        UnitLength.Normalize(fused);
    }
}
