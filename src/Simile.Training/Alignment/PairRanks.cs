using Simile.Engine.Kernels;
using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Alignment;

/// <summary>For texts and pictures in one space the place of each one's partner among all of the other kind, from 1. Of equal scores the
/// partner comes last, so a map onto one point earns nothing.</summary>
internal sealed class PairRanks
{
    private const int TextsAtOnce = 512;

    private PairRanks(int texts, int pictures) => (OfTexts, OfPictures) = (new int[texts], new int[pictures]);

    /// <summary>For each text the place of its picture.</summary>
    public int[] OfTexts { get; }

    /// <summary>For each picture the place of the first of its texts.</summary>
    public int[] OfPictures { get; }

    /// <summary>Mean of one over the place, over both directions.</summary>
    public double MeanReciprocal => (OfTexts.Average(rank => 1.0 / rank) + OfPictures.Average(rank => 1.0 / rank)) / 2;

    /// <summary>Ranks by the dot products of rows of unit length.</summary>
    /// <param name="texts">(T, K).</param>
    /// <param name="images">(P, K).</param>
    /// <param name="pictureOf">For each text the row of its picture, (T).</param>
    /// <param name="threads">Threads; they never change a place.</param>
    public static PairRanks Of(PinnedMatrix texts, PinnedMatrix images, int[] pictureOf, int threads)
    {
        var ranks = new PairRanks(texts.Rows, images.Rows);
        var best = new float[images.Rows];
        Array.Fill(best, float.NegativeInfinity);
        for (var i = 0; i < texts.Rows; i++)
        {
            best[pictureOf[i]] = Math.Max(best[pictureOf[i]], VectorKernels.Dot(texts.Row(i), images.Row(pictureOf[i])));
        }

        Array.Fill(ranks.OfTexts, 1);
        Array.Fill(ranks.OfPictures, 1);
        for (var first = 0; first < texts.Rows; first += TextsAtOnce)
        {
            var end = Math.Min(texts.Rows, first + TextsAtOnce);
            ranks.Count(
                Similarity.Matrix(SimilarityMetric.Dot, Memory(texts, first, end), Memory(images, 0, images.Rows), texts.Columns, threads),
                first,
                end,
                pictureOf,
                best
            );
        }

        return ranks;
    }

    private static float[] Memory(PinnedMatrix rows, int first, int end) =>
        rows.All[(first * rows.Columns)..(end * rows.Columns)].ToArray();

    private void Count(float[] scores, int first, int end, int[] pictureOf, float[] best)
    {
        for (var text = first; text < end; text++)
        {
            var row = scores.AsSpan((text - first) * OfPictures.Length, OfPictures.Length);
            for (var picture = 0; picture < row.Length; picture++)
            {
                if (picture != pictureOf[text])
                {
                    OfTexts[text] += row[picture] >= row[pictureOf[text]] ? 1 : 0;
                    OfPictures[picture] += row[picture] >= best[picture] ? 1 : 0;
                }
            }
        }
    }
}
