using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>The gated multimodal unit, see <see cref="GatedFusion"/>: f = z ⊙ h_t + (1 − z) ⊙ h_i.</summary>
internal sealed class GatedNetwork : IFusionNetwork
{
    private readonly LinearLayer _text;
    private readonly LinearLayer _image;
    private readonly LinearLayer _gate;
    private (PinnedMatrix Texts, PinnedMatrix Images, PinnedMatrix Both, PinnedMatrix Text, PinnedMatrix Image, PinnedMatrix Gate)? _seen;

    public GatedNetwork(int texts, int images, int outputs, ref SplitMix random, int threads)
    {
        _text = new LinearLayer("text", texts, outputs, ref random, threads);
        _image = new LinearLayer("image", images, outputs, ref random, threads);
        _gate = new LinearLayer("gate", texts + images, outputs, ref random, threads);
    }

    public IEnumerable<Parameter> Parameters => [.. _text.Parameters, .. _image.Parameters, .. _gate.Parameters];

    public void Forward(PinnedMatrix texts, PinnedMatrix images, PinnedMatrix fused)
    {
        var (text, image, gate) = (
            new PinnedMatrix(fused.Rows, fused.Columns),
            new PinnedMatrix(fused.Rows, fused.Columns),
            new PinnedMatrix(fused.Rows, fused.Columns)
        );
        var both = ProjectionNetwork.Concatenate(texts, images);
        _text.Forward(texts, text);
        _image.Forward(images, image);
        _gate.Forward(both, gate);
        for (var i = 0; i < fused.All.Length; i++)
        {
            (text.All[i], image.All[i], gate.All[i]) = (
                MathF.Tanh(text.All[i]),
                MathF.Tanh(image.All[i]),
                1 / (1 + MathF.Exp(-gate.All[i]))
            );
            fused.All[i] = (gate.All[i] * text.All[i]) + ((1 - gate.All[i]) * image.All[i]);
        }

        _seen = (texts, images, both, text, image, gate);
    }

    public void Backward(PinnedMatrix fusedGradient)
    {
        var (texts, images, both, text, image, gate) = _seen ?? throw new InvalidOperationException("Nothing has gone forward yet.");
        for (var i = 0; i < fusedGradient.All.Length; i++)
        {
            var (g, h, v, z) = (fusedGradient.All[i], text.All[i], image.All[i], gate.All[i]);
            text.All[i] = g * z * (1 - (h * h));
            image.All[i] = g * (1 - z) * (1 - (v * v));
            gate.All[i] = g * (h - v) * z * (1 - z);
        }

        _text.Backward(texts, text, null);
        _image.Backward(images, image, null);
        _gate.Backward(both, gate, null);
    }

    public IReadOnlyDictionary<string, LinearMap> Export() =>
        new Dictionary<string, LinearMap>(StringComparer.Ordinal)
        {
            ["text"] = _text.Export(),
            ["image"] = _image.Export(),
            ["gate"] = _gate.Export(),
        };
}
