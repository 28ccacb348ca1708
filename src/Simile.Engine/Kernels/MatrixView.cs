using System.Runtime.InteropServices;

namespace Simile.Engine.Kernels;

/// <summary>A float matrix in memory that somebody else holds, with any strides: element (i, k) lies at <c>Data[i * RowStride + k *
/// ColumnStride]</c>.</summary>
/// <param name="Data">The element (0, 0).</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="RowStride">Floats from one row to the next.</param>
/// <param name="ColumnStride">Floats from one column to the next.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe record struct MatrixView(nint Data, int Rows, int Columns, int RowStride, int ColumnStride)
{
    /// <summary>The same elements with rows and columns exchanged.</summary>
    public MatrixView Transposed => new(Data, Columns, Rows, ColumnStride, RowStride);

    internal float* Pointer => (float*)Data;

    /// <summary>A row-major matrix.</summary>
    public static MatrixView RowMajor(float* data, int rows, int columns, int rowStride) => new((nint)data, rows, columns, rowStride, 1);

    /// <summary>Columns <paramref name="first"/> up to <paramref name="first"/> + <paramref name="count"/>.</summary>
    public MatrixView SliceColumns(int first, int count) =>
        this with
        {
            Data = (nint)(Pointer + ((long)first * ColumnStride)),
            Columns = count,
        };
}
