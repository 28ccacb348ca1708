using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Memory;

namespace Simile.Engine.Products;

/// <summary>The weights of a linear layer, laid out once for the kernels: panels of 32 outputs, each step of four bytes side by side.
/// Immutable; shared by all sessions.</summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private const int LargestInt8 = 127;
    private const byte UnsignedZero = 128;
    private readonly NativeBuffer _panels = new();

    private PackedMatrix(ComputePrecision precision, int outputs, int depth, float[]? bias)
    {
        (Precision, Outputs, Depth) = (precision, outputs, depth);
        Steps = TileShape.Steps(precision, depth);
        Panels = TileShape.Panels(outputs);
        Bias = GC.AllocateArray<float>(Panels * TileShape.Columns, pinned: true);
        bias?.CopyTo(Bias, 0);
        Scales = GC.AllocateArray<float>(Panels * TileShape.Columns, pinned: true);
        _panels.Reserve((long)Panels * PanelBytes);
    }

    /// <summary>The precision the weights are kept in.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Outputs of the layer (N).</summary>
    public int Outputs { get; }

    /// <summary>Inputs of the layer (K).</summary>
    public int Depth { get; }

    /// <summary>Bytes of the packed weights.</summary>
    public long Bytes => (long)Panels * PanelBytes;

    internal int Steps { get; }

    internal int Panels { get; }

    internal nint PanelBytes => (nint)Steps * TileShape.StepBytes;

    internal float[] Bias { get; }

    /// <summary>The scale of each output, for int8; ones otherwise.</summary>
    internal float[] Scales { get; }

    /// <summary>Packs the weights of a linear layer.</summary>
    /// <param name="precision">The precision to keep them in.</param>
    /// <param name="weights">(N, K), row-major, as PyTorch keeps them.</param>
    /// <param name="outputs">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="bias">(N), or null for zeros.</param>
    public static PackedMatrix Pack(ComputePrecision precision, ReadOnlySpan<float> weights, int outputs, int depth, float[]? bias)
    {
        if (weights.Length != checked(outputs * depth))
        {
            throw new ArgumentException($"{weights.Length} weights are no matrix of {outputs} by {depth}.", nameof(weights));
        }

        var matrix = new PackedMatrix(precision, outputs, depth, bias);
        fixed (float* source = weights)
        {
            var start = (nint)source;
            Parallel.For(0, matrix.Panels, panel => matrix.PackPanel((float*)start, panel));
        }

        return matrix;
    }

    internal byte* Panel(int panel) => _panels.Data + (panel * PanelBytes);

    /// <inheritdoc/>
    public void Dispose() => _panels.Dispose();

    private void PackPanel(float* weights, int panel)
    {
        var target = Panel(panel);
        Unsafe.InitBlock(target, Precision == ComputePrecision.Int8 ? UnsignedZero : (byte)0, (uint)PanelBytes);
        for (var column = 0; column < TileShape.Columns && (panel * TileShape.Columns) + column < Outputs; column++)
        {
            var output = (panel * TileShape.Columns) + column;
            PackColumn(new ReadOnlySpan<float>(weights + ((nint)output * Depth), Depth), target + (column * 4), output);
        }
    }

    private void PackColumn(ReadOnlySpan<float> row, byte* target, int output)
    {
        Scales[output] = 1;
        switch (Precision)
        {
            case ComputePrecision.Float32:
                for (var k = 0; k < row.Length; k++)
                {
                    *(float*)(target + ((nint)k * TileShape.StepBytes)) = row[k];
                }

                break;
            case ComputePrecision.BFloat16:
                for (var k = 0; k < row.Length; k++)
                {
                    ((ushort*)(target + ((nint)(k / 2) * TileShape.StepBytes)))[k % 2] = BFloat16Rows.Round(row[k]);
                }

                break;
            default:
                PackInt8(row, target, output);
                break;
        }
    }

    // Kept as unsigned bytes, 128 more than the value: the instruction wants one unsigned side. The kernel's caller takes 128 · Σa away
    // again.
    private void PackInt8(ReadOnlySpan<float> row, byte* target, int output)
    {
        var largest = 0f;
        foreach (var value in row)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        Scales[output] = largest / LargestInt8;
        var inverse = largest == 0 ? 0 : LargestInt8 / largest;
        for (var k = 0; k < row.Length; k++)
        {
            target[((nint)(k / 4) * TileShape.StepBytes) + (k % 4)] = (byte)(UnsignedZero + (int)MathF.Round(row[k] * inverse));
        }
    }
}

/// <summary>Rounds floats to bfloat16: the upper half of a 32-bit float, to nearest, ties to even; NaN stays NaN, whatever its lower bits
/// are: added to, they would carry over into a zero.</summary>
internal static unsafe class BFloat16Rows
{
    private const uint NaN = 0x7FC00000;

    /// <summary>One value.</summary>
    public static ushort Round(float value)
    {
        var bits = float.IsNaN(value) ? NaN : BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Sixteen values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Round(Vector512<float> values)
    {
        var rounded = RoundedBits(values) >>> 16;
        return Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
    }

    /// <summary>Sixteen values, each in the upper half of its 32 bits; the lower half is of no account.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RoundedBits(Vector512<float> values)
    {
        var bits = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), values.AsUInt32(), Vector512.Create(NaN));
        return bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One);
    }

    /// <summary>A row of any length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(float* source, ushort* target, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            Round(Vector512.Load(source + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = Round(source[i]);
        }
    }
}

/// <summary>Quantizes rows to signed 8-bit integers, each row by its own largest value.</summary>
internal static unsafe class Int8Rows
{
    private const float Largest = 127;

    /// <summary>Quantizes one row: value ≈ code · scale.</summary>
    /// <param name="source">(count).</param>
    /// <param name="target">Gets the codes, −127 … 127.</param>
    /// <param name="count">Values.</param>
    /// <param name="sum">Gets Σ codes.</param>
    /// <returns>The scale.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Quantize(float* source, sbyte* target, int count, out int sum)
    {
        var largest = LargestMagnitude(source, count);
        sum = Encode(source, target, count, InverseScale(largest));
        return largest / Largest;
    }

    /// <summary>The scale that a largest magnitude leads to.</summary>
    public static float Scale(float largest) => largest / Largest;

    /// <summary>What values are multiplied by to become codes.</summary>
    public static float InverseScale(float largest) => largest == 0 ? 0 : Largest / largest;

    /// <summary>Turns values into codes.</summary>
    /// <returns>Σ codes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Encode(float* source, sbyte* target, int count, float inverse)
    {
        var factor = Vector512.Create(inverse);
        var sums = Vector512<int>.Zero;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var codes = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(source + i) * factor));
            sums += codes;
            var words = Vector256.Narrow(codes.GetLower(), codes.GetUpper());
            Vector128.Narrow(words.GetLower(), words.GetUpper()).Store(target + i);
        }

        var sum = Vector512.Sum(sums);
        for (; i < count; i++)
        {
            target[i] = (sbyte)MathF.Round(source[i] * inverse);
            sum += target[i];
        }

        return sum;
    }

    /// <summary>The largest magnitude of values; NaN when one is NaN. Then the row's scale is NaN and so is all that it is multiplied with:
    /// codes alone would turn NaN into 0.</summary>
    public static float LargestMagnitude(float* source, int count)
    {
        var largest = Vector512<float>.Zero;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            largest = Vector512.Max(largest, Vector512.Abs(Vector512.Load(source + i)));
        }

        var one = LargestOf(largest);
        for (; i < count; i++)
        {
            one = MathF.Max(one, MathF.Abs(source[i]));
        }

        return one;
    }

    /// <summary>The largest of sixteen values.</summary>
    public static float LargestOf(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }
}
