using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using Simile.Training.Static;
using Lanes = System.Numerics.Vector<double>;

namespace Simile.Training.Alignment;

/// <summary>The alignments that have a solution in one piece.</summary>
internal static class ClosedForms
{
    /// <summary>
    /// Ridge regression (Hoerl and Kennard 1970): W = (Σ x xᵀ + λ I)⁻¹ Σ x yᵀ minimizes Σ |Wᵀ x − y|² + λ |W|². Texts go through Wᵀ,
    /// pictures stay, both centred.
    /// </summary>
    public static HeadPair Ridge(CentredPairs pairs, double penalty)
    {
        var solution = CentredPairs.Regularize(pairs.TextCovariance, penalty).Cholesky().Solve(pairs.Cross);
        var identity = Matrix<double>.Build.DenseIdentity(pairs.ImageMean.Length);
        return Heads(pairs, solution.Transpose(), identity, $"penalty {penalty}");
    }

    /// <summary>
    /// Orthogonal Procrustes (Schönemann 1966): with Σ x yᵀ = U S Vᵀ the rotation R = U Vᵀ minimizes Σ |Rᵀ x − y|². Texts go through Uᵀ,
    /// pictures through Vᵀ: the same angles where both sides are equally long, and where they are not, the subspace that the shorter one
    /// spans.
    /// </summary>
    public static HeadPair Procrustes(CentredPairs pairs)
    {
        var svd = ThinSvd.Of(pairs.Cross);
        return Heads(pairs, svd.Left.Transpose(), svd.Right.Transpose(), "no penalty");
    }

    /// <summary>
    /// Canonical correlation (Hotelling 1936), regularized (Vinod 1976): both sides are whitened, x' = L⁻¹ x with Σ x xᵀ + λ I = L Lᵀ, the
    /// cross-covariance of the whitened sides is U S Vᵀ, and each of the first K pairs of directions is weighted by its correlation (Gong,
    /// Ke, Isard and Lazebnik 2014).
    /// </summary>
    public static HeadPair Correlation(CentredPairs pairs, double penalty, int dimensions)
    {
        var text = CentredPairs.Regularize(pairs.TextCovariance, penalty).Cholesky().Factor;
        var image = CentredPairs.Regularize(pairs.ImageCovariance, penalty).Cholesky().Factor;
        var whitened = Triangular(image, Triangular(text, pairs.Cross).Transpose()).Transpose();
        var svd = ThinSvd.Of(whitened);
        var kept = Math.Min(dimensions, svd.Values.Length);
        var weights = Matrix<double>.Build.DenseOfDiagonalArray(svd.Values[..kept]);
        return Heads(pairs, weights * Unwhiten(text, svd.Left, kept), weights * Unwhiten(image, svd.Right, kept), $"penalty {penalty}");
    }

    // Row k of the result is L⁻ᵀ u_k: the direction in the space before whitening.
    private static Matrix<double> Unwhiten(Matrix<double> factor, Matrix<double> directions, int kept) =>
        TriangularTransposed(factor, directions.SubMatrix(0, directions.RowCount, 0, kept)).Transpose();

    /// <summary>L⁻¹ B by forward substitution.</summary>
    private static Matrix<double> Triangular(Matrix<double> factor, Matrix<double> right)
    {
        var rows = right.ToRowArrays();
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Subtract(rows[j], factor[i, j], rows[i]);
            }

            Divide(rows[i], factor[i, i]);
        }

        return Matrix<double>.Build.DenseOfRowArrays(rows);
    }

    /// <summary>L⁻ᵀ B by backward substitution.</summary>
    private static Matrix<double> TriangularTransposed(Matrix<double> factor, Matrix<double> right)
    {
        var rows = right.ToRowArrays();
        for (var i = rows.Length - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < rows.Length; j++)
            {
                Subtract(rows[j], factor[j, i], rows[i]);
            }

            Divide(rows[i], factor[i, i]);
        }

        return Matrix<double>.Build.DenseOfRowArrays(rows);
    }

    private static void Subtract(double[] source, double factor, double[] target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] -= factor * source[i];
        }
    }

    private static void Divide(double[] values, double divisor)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] /= divisor;
        }
    }

    private static HeadPair Heads(CentredPairs pairs, Matrix<double> text, Matrix<double> image, string note) =>
        new([HeadPair.Centred(text.ToArray(), pairs.TextMean)], [HeadPair.Centred(image.ToArray(), pairs.ImageMean)], note);
}

/// <summary>M = U · diag(s) · Vᵀ with as many columns as the shorter side of M has, largest singular value first.</summary>
/// <param name="Left">U, (R, K).</param>
/// <param name="Values">s, (K).</param>
/// <param name="Right">V, (C, K).</param>
internal sealed record ThinSvd(Matrix<double> Left, double[] Values, Matrix<double> Right)
{
    /// <summary>Decomposes a matrix (R, C).</summary>
    public static ThinSvd Of(Matrix<double> matrix)
    {
        if (matrix.RowCount > matrix.ColumnCount)
        {
            var turned = Of(matrix.Transpose());
            return new ThinSvd(turned.Right, turned.Values, turned.Left);
        }

        // The long side is orthogonalized first: Math.NET's decomposition would fill it up to a whole basis.
        var qr = matrix.Transpose().QR(QRMethod.Thin);
        var svd = qr.R.Transpose().Svd();
        return new ThinSvd(svd.U, [.. svd.S], qr.Q * svd.VT.Transpose());
    }
}

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
