using Simile.Training.Static;

namespace Simile.Training.Alignment;

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
