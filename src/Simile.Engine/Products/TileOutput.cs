using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Functions;

namespace Simile.Engine.Products;

/// <summary>What becomes of a finished tile while it is still in the first-level cache: scales, bias, activation, gate, residual, rounding,
/// store.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct TileOutput
{
    /// <summary>Where row 0 of the output lies.</summary>
    public byte* Target;

    /// <summary>Bytes from one output row to the next.</summary>
    public int Stride;

    /// <summary>Added to what the target holds (a residual connection).</summary>
    public bool Accumulates;

    /// <summary>Where row 0 of what is added before the activation lies (a residual connection of a convolution), or null.</summary>
    public byte* Addend;

    /// <summary>Bytes from one row of the addend to the next.</summary>
    public int AddendStride;

    /// <summary>Even panels write, the odd panel after each is multiplied into the same columns (a gated layer).</summary>
    public bool Gated;

    /// <summary>Rounds to bfloat16 instead of storing floats.</summary>
    public bool RoundsToBFloat16;

    /// <summary>Raised to the largest magnitude that is stored, or null. For outputs that are a multiple of 16.</summary>
    public float* Largest;

    /// <summary>Finishes a tile.</summary>
    /// <param name="tile">The kernel's sums, (12, 32).</param>
    /// <param name="rows">The left side, for int8 scales.</param>
    /// <param name="matrix">The right side.</param>
    /// <param name="firstRow">The tile's first row.</param>
    /// <param name="count">Its rows.</param>
    /// <param name="panel">Its panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store<TActivation>(float* tile, ProductRows rows, PackedMatrix matrix, int firstRow, int count, int panel)
        where TActivation : struct, IActivation
    {
        var first = panel * TileShape.Columns;
        var column = Gated ? panel / 2 * TileShape.Columns : first;
        var multiplies = Gated && panel % 2 == 1;
        var width = Math.Min(TileShape.Columns, matrix.Outputs - first);
        ref var bias = ref MemoryMarshal.GetArrayDataReference(matrix.Bias);
        ref var scales = ref MemoryMarshal.GetArrayDataReference(matrix.Scales);
        var isInt8 = matrix.Precision == ComputePrecision.Int8;
        var largest = Vector512<float>.Zero;
        for (var part = 0; part < width; part += 16)
        {
            var biases = Vector512.LoadUnsafe(ref bias, (nuint)(first + part));
            var columnScales = Vector512.LoadUnsafe(ref scales, (nuint)(first + part));
            for (var i = 0; i < count; i++)
            {
                var value = Vector512.Load(tile + (i * TileShape.Columns) + part);
                if (isInt8)
                {
                    var exact = value.AsInt32() - Vector512.Create(rows.Sums[firstRow + i] << 7);
                    value = Vector512.ConvertToSingle(exact) * (columnScales * Vector512.Create(rows.Scales[firstRow + i]));
                }

                value += biases;
                value = Addend == null ? value : value + AddendOf(firstRow + i, column + part, width - part);
                value = multiplies ? value : TActivation.Of(value);
                largest = Largest == null ? largest : Vector512.Max(largest, Vector512.Abs(value));
                Write(value, firstRow + i, column + part, Math.Min(16, width - part), multiplies);
            }
        }

        if (Largest != null)
        {
            *Largest = MathF.Max(*Largest, Int8Rows.LargestOf(largest));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector512<float> AddendOf(int row, int column, int width)
    {
        var source = (float*)(Addend + ((nint)row * AddendStride)) + column;
        if (width >= 16)
        {
            return Vector512.Load(source);
        }

        var part = stackalloc float[16];
        Unsafe.InitBlock(part, 0, 16 * sizeof(float));
        Unsafe.CopyBlock(part, source, (uint)(width * sizeof(float)));
        return Vector512.Load(part);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Write(Vector512<float> value, int row, int column, int width, bool multiplies)
    {
        var start = Target + ((nint)row * Stride);
        if (width < 16)
        {
            WritePart(value, start, column, width, multiplies);
        }
        else if (RoundsToBFloat16)
        {
            BFloat16Rows.Round(value).Store((ushort*)start + column);
        }
        else
        {
            var target = (float*)start + column;
            value =
                Accumulates ? value + Vector512.Load(target)
                : multiplies ? value * Vector512.Load(target)
                : value;
            value.Store(target);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void WritePart(Vector512<float> value, byte* start, int column, int width, bool multiplies)
    {
        for (var j = 0; j < width; j++)
        {
            var target = (float*)start + column + j;
            if (RoundsToBFloat16)
            {
                ((ushort*)start)[column + j] = BFloat16Rows.Round(value[j]);
            }
            else
            {
                *target =
                    Accumulates ? *target + value[j]
                    : multiplies ? *target * value[j]
                    : value[j];
            }
        }
    }
}
