using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>
/// Closes the modality gap of trained heads: texts and pictures of a contrastive training lie in two cones (Liang et al. 2022, "Mind the
/// gap"); the mean of each side over the training pairs is taken off its outputs, by way of the last layer's bias. Closed forms are centred
/// by construction.
/// </summary>
internal static class GapCentring
{
    public static HeadPair Apply(HeadPair heads, UnitRows rows, int[] train, int threads)
    {
        var pictures = Array.ConvertAll(train, text => rows.PictureOf[text]);
        return heads with
        {
            Text = Centre(heads.Text, rows.Texts, train, threads),
            Image = Centre(heads.Image, rows.Images, pictures, threads),
        };
    }

    private static LinearMap[] Centre(IReadOnlyList<LinearMap> layers, PinnedMatrix rows, int[] which, int threads)
    {
        var outputs = HeadPair.Run(layers, HeldOutPairs.Select(rows, which), threads);
        var mean = UnitRows.MeanOf(outputs, [.. Enumerable.Range(0, outputs.Rows)]);
        float[] bias = [.. layers[^1].Bias.Span];
        for (var i = 0; i < bias.Length; i++)
        {
            bias[i] -= (float)mean[i];
        }

        return [.. layers.SkipLast(1), layers[^1] with { Bias = bias }];
    }
}
