using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Kernels;

/// <summary>Matrix products in fp32, on all cores. A result depends neither on the number of threads nor on how the rows are shared
/// out.</summary>
internal static unsafe class MatrixProduct
{
    // Rows a thread takes at a time: small enough that two cores finish together, a multiple of the tile.
    private const int RowsPerTask = 8 * ProductTile.TallRows;

    /// <summary>C (M, N) = A (M, K) · B (K, N), or C += when <paramref name="accumulate"/> is set.</summary>
    /// <param name="a">A, any strides.</param>
    /// <param name="b">B, any strides.</param>
    /// <param name="c">C, row-major.</param>
    /// <param name="cStride">Floats from one row of C to the next.</param>
    /// <param name="accumulate">Adds to what C holds.</param>
    /// <param name="threads">Threads to use.</param>
    public static void Multiply(MatrixView a, MatrixView b, float* c, int cStride, bool accumulate, int threads)
    {
        if (a.Columns != b.Rows)
        {
            throw new ArgumentException($"A has {a.Columns} columns, but B has {b.Rows} rows.", nameof(b));
        }

        var panels = (b.Columns + ProductTile.Columns - 1) / ProductTile.Columns;
        var panelLength = (nint)b.Rows * ProductTile.Columns;
        var packed = (float*)NativeMemory.AlignedAlloc((nuint)(Math.Max(1, panels * panelLength) * sizeof(float)), 64);
        try
        {
            var task = new Task(a, b, packed, (nint)c, cStride, accumulate);
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
            Parallel.For(0, panels, options, panel => Pack(task.B, panel, task.PanelAt(panel)));
            var blocks = (a.Rows + RowsPerTask - 1) / RowsPerTask;
            Parallel.For(
                0,
                blocks,
                options,
                block => task.MultiplyRows(block * RowsPerTask, Math.Min(task.A.Rows, (block + 1) * RowsPerTask))
            );
        }
        finally
        {
            NativeMemory.AlignedFree(packed);
        }
    }

    private static void Pack(MatrixView b, int panel, float* destination)
    {
        var first = panel * ProductTile.Columns;
        var width = Math.Min(ProductTile.Columns, b.Columns - first);
        for (var k = 0; k < b.Rows; k++)
        {
            var source = b.Pointer + ((nint)k * b.RowStride) + ((nint)first * b.ColumnStride);
            var row = destination + ((nint)k * ProductTile.Columns);
            if (b.ColumnStride == 1 && width == ProductTile.Columns)
            {
                Vector512.Load(source).Store(row);
                Vector512.Load(source + 16).Store(row + 16);
                continue;
            }

            for (var j = 0; j < ProductTile.Columns; j++)
            {
                row[j] = j < width ? source[(nint)j * b.ColumnStride] : 0;
            }
        }
    }

    private sealed class Task(MatrixView a, MatrixView b, float* packed, nint c, int cStride, bool accumulate)
    {
        public MatrixView A { get; } = a;

        public MatrixView B { get; } = b;

        public float* PanelAt(int panel) => packed + (panel * (nint)B.Rows * ProductTile.Columns);

        public void MultiplyRows(int first, int end)
        {
            var scratch = stackalloc float[ProductTile.TallRows * ProductTile.Columns];
            for (var column = 0; column < B.Columns; column += ProductTile.Columns)
            {
                var width = Math.Min(ProductTile.Columns, B.Columns - column);
                for (var row = first; row < end; row += ProductTile.TallRows)
                {
                    var height = Math.Min(ProductTile.TallRows, end - row);
                    var target = (float*)c + ((nint)row * cStride) + column;
                    if (width == ProductTile.Columns)
                    {
                        MultiplyTile(row, height, column, target, cStride, accumulate);
                        continue;
                    }

                    MultiplyTile(row, height, column, scratch, ProductTile.Columns, add: false);
                    CopyTile(scratch, target, height, width);
                }
            }
        }

        private void MultiplyTile(int row, int height, int column, float* target, int stride, bool add)
        {
            var rows = A.Pointer + ((nint)row * A.RowStride);
            var panel = PanelAt(column / ProductTile.Columns);
            if (height == ProductTile.TallRows)
            {
                ProductTile.Tall(rows, A.RowStride, A.ColumnStride, panel, A.Columns, target, stride, add);
                return;
            }

            for (var i = 0; i < height; i++)
            {
                ProductTile.Single(rows + ((nint)i * A.RowStride), A.ColumnStride, panel, A.Columns, target + ((nint)i * stride), add);
            }
        }

        private void CopyTile(float* source, float* target, int height, int width)
        {
            for (var i = 0; i < height; i++)
            {
                for (var j = 0; j < width; j++)
                {
                    var value = source[(i * ProductTile.Columns) + j];
                    target[((nint)i * cStride) + j] = accumulate ? target[((nint)i * cStride) + j] + value : value;
                }
            }
        }
    }
}

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
