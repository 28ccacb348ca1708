using System.Runtime.InteropServices;
using Simile.Engine.Assembly;
using Simile.Engine.Memory;
using Simile.Engine.Threads;

namespace Simile.Engine.Products;

/// <summary>How a product is cut into tasks: blocks of rows that fit the second-level cache, and chunks of panels when a team shares few
/// rows.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProductSplit
{
    private const int BlockRows = 8 * TileShape.Rows;
    private const int LargeBlockRows = 48 * TileShape.Rows;
    private const int LargeDepth = 768;
    private const int ChunksPerThread = 3;
    private readonly int _rows;
    private readonly int _panels;
    private readonly int _rowsPerBlock;
    private readonly int _panelsPerChunk;
    private readonly int _chunks;

    private ProductSplit(int rows, int panels, int rowsPerBlock, int panelsPerChunk)
    {
        (_rows, _panels, _rowsPerBlock, _panelsPerChunk) = (rows, panels, rowsPerBlock, panelsPerChunk);
        _chunks = (panels + panelsPerChunk - 1) / panelsPerChunk;
        Tasks = ((rows + rowsPerBlock - 1) / rowsPerBlock) * _chunks;
    }

    /// <summary>Tasks.</summary>
    public int Tasks { get; }

    /// <summary>Most rows of a block. In fp32 the weights of wide layers are so large that reading them again for every 96 rows costs more
    /// than rows that leave the second-level cache (ViT-B/32: 36 pictures a second became 41).</summary>
    /// <param name="precision">The precision of the weights.</param>
    /// <param name="depth">Values of an input row.</param>
    public static int BlockRowsOf(ComputePrecision precision, int depth) =>
        precision == ComputePrecision.Float32 && depth >= LargeDepth ? LargeBlockRows : BlockRows;

    /// <summary>Cuts a product of some rows and the panels of a matrix; with <paramref name="pairs"/> no pair of panels is cut.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="panels">Panels.</param>
    /// <param name="blockRows">Most rows of a block.</param>
    /// <param name="team">Threads that share the tasks, or null.</param>
    /// <param name="pairs">Whether panels belong together two by two.</param>
    public static ProductSplit Of(int rows, int panels, int blockRows, WorkerTeam? team, bool pairs)
    {
        var blocks = Math.Max(1, (rows + blockRows - 1) / blockRows);
        var rowsPerBlock = RoundUp((rows + blocks - 1) / blocks, TileShape.Rows);
        if (team is null)
        {
            return new ProductSplit(rows, panels, rowsPerBlock, panels);
        }

        var chunks = Math.Clamp(team.Threads * ChunksPerThread / blocks, 1, panels);
        var panelsPerChunk = (panels + chunks - 1) / chunks;
        return new ProductSplit(rows, panels, rowsPerBlock, pairs ? RoundUp(panelsPerChunk, 2) : panelsPerChunk);
    }

    /// <summary>The part of the product that is a task's.</summary>
    public TilePart Part(int task)
    {
        var row = task / _chunks * _rowsPerBlock;
        var panel = task % _chunks * _panelsPerChunk;
        return new TilePart(row, Math.Min(_rows, row + _rowsPerBlock), panel, Math.Min(_panels, panel + _panelsPerChunk));
    }

    private static int RoundUp(int value, int multiple) => Math.Max(1, (value + multiple - 1) / multiple) * multiple;
}

/// <summary>A part of a product: some rows, some panels of 32 columns.</summary>
/// <param name="FirstRow">The first row.</param>
/// <param name="EndRow">The row after the last.</param>
/// <param name="FirstPanel">The first panel.</param>
/// <param name="EndPanel">The panel after the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TilePart(int FirstRow, int EndRow, int FirstPanel, int EndPanel);

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
