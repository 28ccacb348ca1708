using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>Where fused vectors should lie: the aligned texts and pictures.</summary>
/// <param name="Texts">Aligned texts, (T, K).</param>
/// <param name="Images">Aligned pictures, (P, K).</param>
/// <param name="OtherText">For each text the next one of the same picture; itself where it is the only one, (T).</param>
internal sealed record FusionTargets(PinnedMatrix Texts, PinnedMatrix Images, int[] OtherText)
{
    public static FusionTargets Of(PairedVectors pairs, Multimodal.Alignment alignment)
    {
        var others = new int[pairs.PictureOf.Count];
        foreach (var group in Enumerable.Range(0, others.Length).GroupBy(text => pairs.PictureOf[text]))
        {
            int[] texts = [.. group];
            for (var i = 0; i < texts.Length; i++)
            {
                others[texts[i]] = texts[(i + 1) % texts.Length];
            }
        }

        return new FusionTargets(Map(pairs.Texts.Span, alignment.TextHead), Map(pairs.Images.Span, alignment.ImageHead), others);
    }

    private static PinnedMatrix Map(ReadOnlySpan<float> vectors, AlignmentHead head)
    {
        var dimensions = head.Source.Dimensions;
        var mapped = new PinnedMatrix(vectors.Length / dimensions, head.Joint.Dimensions);
        for (var i = 0; i < mapped.Rows; i++)
        {
            head.Map(vectors.Slice(i * dimensions, dimensions), mapped.Row(i));
        }

        return mapped;
    }
}
