using System.Runtime.CompilerServices;
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
