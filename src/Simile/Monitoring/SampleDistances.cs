using Simile.Vectors;

namespace Simile.Monitoring;

/// <summary>How far sets of vectors lie apart.</summary>
internal static class SampleDistances
{
    public static void EnsureComparable(DriftBaseline baseline, EmbeddingBatch batch)
    {
        if (baseline.Dimensions != batch.Dimensions)
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"The baseline's vectors have {baseline.Dimensions} values ({baseline.Space}), but those of today have "
                    + $"{batch.Dimensions} ({batch.Space}). Use the model of then, or capture a new baseline."
            );
        }
    }

    /// <summary>The mean cosine between a row and the nearest one of the sample; NaN when either is empty.</summary>
    public static double Nearest(float[][] rows, float[][] sample) =>
        rows.Length == 0 || sample.Length == 0
            ? double.NaN
            : rows.Average(row => (double)sample.Max(other => Similarity.Cosine(row, other)));

    /// <summary>The mean cosine between a row and the nearest other one; NaN when there are fewer than two.</summary>
    public static double Nearest(float[][] rows) =>
        rows.Length < 2
            ? double.NaN
            : Enumerable
                .Range(0, rows.Length)
                .Average(i => (double)rows.Where((_, j) => j != i).Max(other => Similarity.Cosine(rows[i], other)));

    /// <summary>The sum of rows, each scaled to unit length first.</summary>
    public static float[] Centre(float[][] rows)
    {
        var sum = new float[rows[0].Length];
        foreach (var row in rows)
        {
            var unit = row.ToArray();
            UnitLength.TryNormalize(unit);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += unit[i];
            }
        }

        return sum;
    }
}
