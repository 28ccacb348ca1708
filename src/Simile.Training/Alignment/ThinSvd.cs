using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Simile.Training.Alignment;

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
