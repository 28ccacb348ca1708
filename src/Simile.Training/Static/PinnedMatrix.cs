using System.Runtime.InteropServices;
using Simile.Engine.Kernels;

namespace Simile.Training.Static;

/// <summary>A row-major float matrix that the garbage collector leaves where it is.</summary>
internal sealed class PinnedMatrix(int rows, int columns)
{
    private readonly float[] _values = GC.AllocateArray<float>(checked(rows * columns), pinned: true);

    public int Rows => rows;

    public int Columns => columns;

    public Span<float> All => _values;

    public MatrixView View => new(Address, rows, columns, columns, 1);

    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);

    /// <summary>A copy of some rows.</summary>
    public PinnedMatrix Slice(int first, int count)
    {
        var slice = new PinnedMatrix(count, columns);
        _values.AsSpan(first * columns, count * columns).CopyTo(slice.All);
        return slice;
    }

    public Span<float> Row(int row) => _values.AsSpan(row * columns, columns);
}
