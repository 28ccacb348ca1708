using MathNet.Numerics.LinearAlgebra;
using Simile.Training.Static;
using Lanes = System.Numerics.Vector<double>;

namespace Simile.Training.Alignment;

/// <summary>Means and covariances of paired vectors, x of texts and y of their pictures, in double precision.</summary>
internal sealed class CentredPairs
{
    private const int RowsAtOnce = 128;

    public CentredPairs(UnitRows rows, int[] texts, int threads)
    {
        var pictures = Array.ConvertAll(texts, text => rows.PictureOf[text]);
        (TextMean, ImageMean) = (UnitRows.MeanOf(rows.Texts, texts), UnitRows.MeanOf(rows.Images, pictures));
        Count = texts.Length;
        var (x, y) = (Centre(rows.Texts, texts, TextMean), Centre(rows.Images, pictures, ImageMean));
        TextCovariance = Gram(x, x, TextMean.Length, TextMean.Length, threads);
        ImageCovariance = Gram(y, y, ImageMean.Length, ImageMean.Length, threads);
        Cross = Gram(x, y, TextMean.Length, ImageMean.Length, threads);
        if (!(TextCovariance.Trace() > 0 && ImageCovariance.Trace() > 0))
        {
            throw new SimileException(
                ErrorCode.TooFewPairs,
                $"The {Count} pairs to train with have the same vector on one side. Give pairs that differ."
            );
        }
    }

    /// <summary>Pairs (N).</summary>
    public int Count { get; }

    public double[] TextMean { get; }

    public double[] ImageMean { get; }

    /// <summary>Σ x xᵀ, (D_text, D_text).</summary>
    public Matrix<double> TextCovariance { get; }

    /// <summary>Σ y yᵀ, (D_image, D_image).</summary>
    public Matrix<double> ImageCovariance { get; }

    /// <summary>Σ x yᵀ, (D_text, D_image).</summary>
    public Matrix<double> Cross { get; }

    /// <summary>A covariance with <paramref name="penalty"/> mean eigenvalues added to its diagonal.</summary>
    public static Matrix<double> Regularize(Matrix<double> covariance, double penalty)
    {
        var added = penalty * covariance.Trace() / covariance.RowCount;
        return covariance + Matrix<double>.Build.DenseIdentity(covariance.RowCount).Multiply(added);
    }

    private static double[][] Centre(PinnedMatrix rows, int[] which, double[] mean) =>
        Array.ConvertAll(
            which,
            row =>
            {
                var centred = new double[mean.Length];
                var values = rows.Row(row);
                for (var i = 0; i < centred.Length; i++)
                {
                    centred[i] = values[i] - mean[i];
                }

                return centred;
            }
        );

    // Math.NET's own product is several times slower; each row of the result belongs to one thread, so threads never change it.
    private static Matrix<double> Gram(double[][] left, double[][] right, int rows, int columns, int threads)
    {
        var sums = new double[rows][];
        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => sums[i] = new double[columns]);
        for (var first = 0; first < left.Length; first += RowsAtOnce)
        {
            var end = Math.Min(left.Length, first + RowsAtOnce);
            Parallel.For(
                0,
                rows,
                new ParallelOptions { MaxDegreeOfParallelism = threads },
                i =>
                {
                    for (var n = first; n < end; n++)
                    {
                        AddScaled(right[n], left[n][i], sums[i]);
                    }
                }
            );
        }

        return Matrix<double>.Build.DenseOfRowArrays(sums);
    }

    private static void AddScaled(double[] source, double factor, double[] target)
    {
        var i = 0;
        for (; i <= target.Length - Lanes.Count; i += Lanes.Count)
        {
            (new Lanes(target, i) + (new Lanes(source, i) * factor)).CopyTo(target, i);
        }

        for (; i < target.Length; i++)
        {
            target[i] += source[i] * factor;
        }
    }
}
