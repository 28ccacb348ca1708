using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Memory;

namespace Simile.Engine.Products;

/// <summary>Which kernels give the same bits: their names in recipes. Found out by computing, on the processor at hand, since that is what
/// the name promises.</summary>
internal static unsafe class BitClass
{
    private const int Steps = 64;

    /// <summary>One rounding for a product and its sum: all levels of a processor with fused multiply-add.</summary>
    public const string Fused = "fused";

    /// <summary>A rounding for each: processors without it.</summary>
    public const string Unfused = "unfused";

    /// <summary>The processor's own products of bfloat16, where they differ from fused ones.</summary>
    public const string OwnHalves = "bf16";

    /// <summary>The name of kernels without an assembler.</summary>
    public static string OfManaged()
    {
        // (1 + e)(1 − e) − 1 is −e² when it is rounded once, and 0 when the product is rounded by itself.
        var e = Vector128.Create(MathF.BitIncrement(1) - 1);
        var rest = Vector128.MultiplyAddEstimate(Vector128<float>.One + e, Vector128<float>.One - e, Vector128.Create(-1f));
        return rest == Vector128<float>.Zero ? Unfused : Fused;
    }

    /// <summary>The name of assembled kernels: that of the managed ones, if a tile of drawn numbers comes out equal, bit for bit. fp32 and
    /// int8 leave no room for a difference.</summary>
    public static string OfAssembled(
        delegate* unmanaged[SuppressGCTransition]<TileCall*, void> assembled,
        ComputePrecision precision,
        delegate* <TileCall*, void> managed
    ) => precision != ComputePrecision.BFloat16 || Agree(assembled, managed) ? OfManaged() : OwnHalves;

    private static bool Agree(delegate* unmanaged[SuppressGCTransition]<TileCall*, void> assembled, delegate* <TileCall*, void> managed)
    {
        using var left = new NativeBuffer();
        using var panel = new NativeBuffer();
        using var sums = new NativeBuffer();
        var tileBytes = TileShape.Rows * TileShape.StepBytes;
        var call = new TileCall
        {
            A = left.Reserve(TileShape.Rows * Steps * 4),
            AStride = Steps * 4,
            Panel = panel.Reserve(Steps * TileShape.StepBytes),
            Steps = Steps,
            C = sums.Reserve(2 * tileBytes),
            CStride = TileShape.StepBytes,
            Rows = TileShape.Rows,
        };
        Draw((ushort*)call.A, TileShape.Rows * Steps * 2, 1);
        Draw((ushort*)call.Panel, Steps * TileShape.StepBytes / 2, 2);
        assembled(&call);
        var first = new Span<byte>(call.C, tileBytes);
        call.C += tileBytes;
        managed(&call);
        return first.SequenceEqual(new Span<byte>(call.C, tileBytes));
    }

    // bfloat16 between ±2⁻⁴ and ±2⁴: every sum rounds.
    private static void Draw(ushort* target, int count, uint seed)
    {
        for (var i = 0; i < count; i++)
        {
            var hash = ((uint)i + (seed << 20)) * 0x9E3779B1u;
            hash = (hash ^ (hash >> 15)) * 0x85EBCA6Bu;
            hash ^= hash >> 13;
            target[i] = (ushort)((hash & 0x807F) | ((123 + ((hash >> 16) & 7)) << 7));
        }
    }
}
