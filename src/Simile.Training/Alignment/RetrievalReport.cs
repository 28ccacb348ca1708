using Simile.Engine.Kernels;
using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Alignment;

/// <summary>The share of searches that found their partner among the first k.</summary>
/// <param name="K">k.</param>
/// <param name="Recall">The share, from 0 to 1.</param>
/// <param name="Low">Lower end of the 95 % confidence interval.</param>
/// <param name="High">Upper end of the 95 % confidence interval.</param>
/// <param name="Chance">What guessing would give.</param>
public sealed record RecallAt(int K, double Recall, double Low, double High, double Chance);

/// <summary>Recall in both directions on held-out pairs.</summary>
/// <param name="TextToImage">Recall@1, @5 and @10 of pictures found by their texts.</param>
/// <param name="ImageToText">Recall@1, @5 and @10 of texts found by their pictures; one of a picture's texts is enough.</param>
/// <param name="ModalityGap">Distance between the mean text and the mean picture, both of unit length before averaging (Liang et al. 2022,
/// "Mind the gap").</param>
public sealed record RetrievalReport(IReadOnlyList<RecallAt> TextToImage, IReadOnlyList<RecallAt> ImageToText, double ModalityGap);

/// <summary>How an alignment was found and what it gained.</summary>
/// <param name="Method">The method.</param>
/// <param name="Note">What the method chose: penalty, or passes and scale.</param>
/// <param name="TrainPairs">Pairs trained with.</param>
/// <param name="ValidationPairs">Pairs chosen with.</param>
/// <param name="TestTexts">Held-out texts.</param>
/// <param name="TestPictures">Held-out pictures.</param>
/// <param name="Comparable">Whether the vectors were of one space before; if not, <paramref name="Before"/> pads the shorter side with
/// zeros and can only be chance.</param>
/// <param name="Before">Recall of the vectors as they are.</param>
/// <param name="After">Recall in the joint space.</param>
public sealed record AlignmentReport(
    AlignmentMethod Method,
    string Note,
    int TrainPairs,
    int ValidationPairs,
    int TestTexts,
    int TestPictures,
    bool Comparable,
    RetrievalReport Before,
    RetrievalReport After
)
{
    /// <summary>By what cosines of the joint space are multiplied before a softmax, where the method learned it.</summary>
    internal double? LogitScale { get; init; }
}

/// <summary>Recall with confidence intervals out of ranks.</summary>
/// <remarks>
/// Percentile bootstrap (Efron and Tibshirani 1993), drawn by pictures: texts of one picture succeed and fail together, so drawing single
/// texts would make the intervals too narrow.
/// </remarks>
internal static class RecallMeasure
{
    private static readonly int[] Depths = [1, 5, 10];

    /// <summary>Recall of both directions.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="pictureOf">For each text its picture.</param>
    /// <param name="gap">The modality gap.</param>
    /// <param name="options">Bootstrap samples and seed.</param>
    public static RetrievalReport Of(PairRanks ranks, int[] pictureOf, double gap, AlignmentOptions options)
    {
        var texts = Enumerable.Range(0, pictureOf.Length).ToLookup(text => pictureOf[text]);
        var counts = Array.ConvertAll(ranks.OfPictures, _ => 0);
        Array.ForEach(pictureOf, picture => counts[picture]++);
        var ones = Array.ConvertAll(counts, _ => 1);
        return new RetrievalReport(
            [
                .. Depths.Select(k =>
                    Interval(
                        k,
                        Array.ConvertAll(
                            [.. Enumerable.Range(0, counts.Length)],
                            (int picture) => texts[picture].Count(text => ranks.OfTexts[text] <= k)
                        ),
                        counts,
                        Math.Min(1, (double)k / counts.Length),
                        options
                    )
                ),
            ],
            [
                .. Depths.Select(k =>
                    Interval(
                        k,
                        Array.ConvertAll(ranks.OfPictures, rank => rank <= k ? 1 : 0),
                        ones,
                        counts.Average(own => ChanceOfOne(own, pictureOf.Length, k)),
                        options
                    )
                ),
            ],
            gap
        );
    }

    /// <summary>How probable it is that k of all texts, drawn blindly, hold one of a picture's own.</summary>
    internal static double ChanceOfOne(int own, int all, int k)
    {
        var none = 1.0;
        for (var i = 0; i < k; i++)
        {
            none *= Math.Max(0, (double)(all - own - i) / Math.Max(1, all - i));
        }

        return 1 - none;
    }

    private static RecallAt Interval(int k, int[] hits, int[] counts, double chance, AlignmentOptions options)
    {
        var random = SplitMix.For(options.Seed, -k);
        var samples = new double[options.BootstrapSamples];
        for (var sample = 0; sample < samples.Length; sample++)
        {
            var (hit, count) = (0, 0);
            for (var draw = 0; draw < hits.Length; draw++)
            {
                var picture = random.Below(hits.Length);
                hit += hits[picture];
                count += counts[picture];
            }

            samples[sample] = (double)hit / count;
        }

        Array.Sort(samples);
        return new RecallAt(k, (double)hits.Sum() / counts.Sum(), Quantile(samples, 0.025), Quantile(samples, 0.975), chance);
    }

    private static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        return sorted[below] + ((at - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }
}

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
