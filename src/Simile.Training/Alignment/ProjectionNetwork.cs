using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>f = W · [t̂ ; î] + b, see <see cref="ProjectionFusion"/>.</summary>
internal sealed class ProjectionNetwork : IFusionNetwork
{
    private readonly LinearLayer _layer;
    private PinnedMatrix _both = new(0, 0);

    public ProjectionNetwork(int texts, int images, int outputs, ref SplitMix random, int threads) =>
        _layer = new LinearLayer("projection", texts + images, outputs, ref random, threads);

    public IEnumerable<Parameter> Parameters => _layer.Parameters;

    /// <summary>[t̂ ; î] row by row.</summary>
    public static PinnedMatrix Concatenate(PinnedMatrix texts, PinnedMatrix images)
    {
        var both = new PinnedMatrix(texts.Rows, texts.Columns + images.Columns);
        for (var i = 0; i < both.Rows; i++)
        {
            texts.Row(i).CopyTo(both.Row(i));
            images.Row(i).CopyTo(both.Row(i)[texts.Columns..]);
        }

        return both;
    }

    public void Forward(PinnedMatrix texts, PinnedMatrix images, PinnedMatrix fused)
    {
        _both = Concatenate(texts, images);
        _layer.Forward(_both, fused);
    }

    public void Backward(PinnedMatrix fusedGradient) => _layer.Backward(_both, fusedGradient, null);

    public IReadOnlyDictionary<string, LinearMap> Export() =>
        new Dictionary<string, LinearMap>(StringComparer.Ordinal) { ["projection"] = _layer.Export() };
}
