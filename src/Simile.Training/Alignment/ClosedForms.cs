using MathNet.Numerics.LinearAlgebra;

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
