using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>
/// The gated multimodal unit: h_t = tanh(A · t̂ + a), h_i = tanh(B · î + b), z = σ(G · [t̂ ; î] + g), f = z ⊙ h_t + (1 − z) ⊙ h_i, scaled
/// to unit length (Arevalo, Solorio, Montes-y-Gómez and González 2017, "Gated multimodal units for information fusion"). Both parts are
/// needed.
/// </summary>
internal sealed class GatedFusion : IFusion
{
    /// <summary>The name in files.</summary>
    public const string Method = "gated";

    private readonly LearnedFusionFrame _frame;
    private readonly LinearLayer[] _text;
    private readonly LinearLayer[] _image;
    private readonly LinearLayer[] _gate;

    internal GatedFusion(SafetensorsFile file, LearnedFusionFrame frame)
    {
        _frame = frame;
        _text = LayerTensors.Read(file, "text", frame.Spaces.Text.Dimensions, frame.Fused.Dimensions, ActivationKind.Tanh);
        _image = LayerTensors.Read(file, "image", frame.Spaces.Image.Dimensions, frame.Fused.Dimensions, ActivationKind.Tanh);
        _gate = LayerTensors.Read(file, "gate", frame.Inputs, frame.Fused.Dimensions);
    }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe => _frame.Recipe;

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image) => _frame.SpaceOf(text, image);

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        var both = _frame.Concatenate(text, image, "A gated fusion");
        var (picture, gate) = (new float[fused.Length], new float[fused.Length]);
        LayerTensors.Run(_text, both.AsSpan(0, text.Length), fused);
        LayerTensors.Run(_image, both.AsSpan(text.Length), picture);
        LayerTensors.Run(_gate, both, gate);
        for (var i = 0; i < fused.Length; i++)
        {
            var z = 1 / (1 + MathF.Exp(-gate[i]));
            fused[i] = (z * fused[i]) + ((1 - z) * picture[i]);
        }

        UnitLength.Normalize(fused);
    }
}
