using Simile.Engine.Assembly;
using Simile.Engine.Products;

namespace Simile.Engine.Encoders;

/// <summary>The first product of a gated layer: panels under the function and panels beside it take turns, so that each pair is finished
/// together.</summary>
internal static class GatedWeights
{
    /// <summary>Packs (2I, H) weights: I rows under the function, then I rows beside it.</summary>
    public static PackedMatrix Pack(ComputePrecision precision, float[] weights, float[]? bias, int intermediate, int hidden)
    {
        var panels = TileShape.Panels(intermediate);
        var rows = 2 * panels * TileShape.Columns;
        var paired = new float[(long)rows * hidden];
        var pairedBias = new float[rows];
        for (var i = 0; i < intermediate; i++)
        {
            var target = (i / TileShape.Columns * 2 * TileShape.Columns) + (i % TileShape.Columns);
            Place(i, target);
            Place(intermediate + i, target + TileShape.Columns);
        }

        return PackedMatrix.Pack(precision, paired, rows, hidden, pairedBias);

        void Place(int source, int target)
        {
            weights.AsSpan(source * hidden, hidden).CopyTo(paired.AsSpan(target * hidden, hidden));
            pairedBias[target] = bias?[source] ?? 0;
        }
    }
}
