using System.Runtime.InteropServices;

namespace Simile.Engine.Assembly;

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
