using System.Runtime.InteropServices;

namespace Simile.Engine.Assembly;

/// <summary>The shape of the tiles that every kernel works in.</summary>
internal static class TileShape
{
    /// <summary>Most rows of a tile.</summary>
    public const int Rows = 12;

    /// <summary>Columns of a tile and of a packed panel.</summary>
    public const int Columns = 32;

    /// <summary>Bytes of a panel that one step takes.</summary>
    public const int StepBytes = Columns * 4;

    /// <summary>Values of a row that one step takes.</summary>
    public static int ValuesPerStep(ComputePrecision precision) =>
        precision switch
        {
            ComputePrecision.Float32 => 1,
            ComputePrecision.BFloat16 => 2,
            _ => 4,
        };

    /// <summary>Steps over <paramref name="depth"/> values.</summary>
    public static int Steps(ComputePrecision precision, int depth)
    {
        var each = ValuesPerStep(precision);
        return (depth + each - 1) / each;
    }

    /// <summary>Panels of <paramref name="columns"/> columns.</summary>
    public static int Panels(int columns) => (columns + Columns - 1) / Columns;
}

/// <summary>What a kernel is asked for: C (rows, 32) = A (rows, depth) · panel (depth, 32). One step takes four bytes of each row of A and
/// 128 bytes of the panel: one value of fp32, a pair of bfloat16, or four of int8. The assembled code reads these fields by their
/// offsets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileCall
{
    public byte* A;
    public nint AStride;
    public byte* Panel;
    public nint Steps;
    public byte* C;
    public nint CStride;
    public nint Rows;
}
