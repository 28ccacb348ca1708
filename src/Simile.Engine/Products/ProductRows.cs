using Simile.Engine.Assembly;
using Simile.Engine.Memory;

namespace Simile.Engine.Products;

/// <summary>The left side of a product: rows of activations in the form that a precision's kernels read. Grows on demand.</summary>
/// <remarks>For fp32 it can stand for rows that lie elsewhere, without a copy.</remarks>
internal sealed unsafe class ProductRows : IDisposable
{
    private readonly NativeBuffer _data = new();
    private readonly NativeBuffer _scales = new();
    private readonly NativeBuffer _sums = new();

    /// <summary>The first row.</summary>
    public byte* Data { get; private set; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>The scale of each row, for int8.</summary>
    public float* Scales { get; private set; }

    /// <summary>The sum of each row's codes, for int8.</summary>
    public int* Sums { get; private set; }

    /// <summary>Makes room for rows of a precision.</summary>
    public void Reserve(ComputePrecision precision, int rows, int depth)
    {
        Stride = RowStride.Of(TileShape.Steps(precision, depth) * 4);
        Data = _data.Reserve((long)Stride * rows);
        Scales = _scales.ReserveFloats(rows);
        Sums = (int*)_sums.ReserveFloats(rows);
    }

    /// <summary>Stands for fp32 rows that somebody else holds.</summary>
    public void PointTo(float* rows, int strideBytes)
    {
        Data = (byte*)rows;
        Stride = strideBytes;
    }

    /// <summary>Stands for rows of codes that somebody else holds.</summary>
    public void PointTo(byte* rows, int strideBytes, float* scales, int* sums)
    {
        Data = rows;
        Stride = strideBytes;
        Scales = scales;
        Sums = sums;
    }

    /// <summary>Converts one row.</summary>
    public void Set(ComputePrecision precision, int row, float* values, int depth)
    {
        var target = Data + ((nint)row * Stride);
        switch (precision)
        {
            case ComputePrecision.Float32:
                Buffer.MemoryCopy(values, target, Stride, depth * sizeof(float));
                break;
            case ComputePrecision.BFloat16:
                BFloat16Rows.Convert(values, (ushort*)target, depth);
                break;
            default:
                Scales[row] = Int8Rows.Quantize(values, (sbyte*)target, depth, out Sums[row]);
                break;
        }

        // The rest of the last step meets the panel's own padding, which is 128 with int8: it must be zeros, not what lay there before.
        var end = depth * sizeof(float) / TileShape.ValuesPerStep(precision);
        new Span<byte>(target + end, (TileShape.Steps(precision, depth) * 4) - end).Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _scales.Dispose();
        _sums.Dispose();
    }
}
