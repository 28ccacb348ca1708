using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Kernels;

/// <summary>The inner loops of <see cref="MatrixProduct"/>: a tile of (12, 32) sums that stay in registers, over a packed panel of
/// B.</summary>
/// <remarks>Every sum adds its products in the order of k, one fused multiply-add each, so a tile's shape never changes a result.</remarks>
internal static unsafe class ProductTile
{
    /// <summary>Rows of the tall tile.</summary>
    public const int TallRows = 12;

    /// <summary>Columns of a tile and of a packed panel.</summary>
    public const int Columns = 32;

    /// <summary>C (12, 32) = or += A (12, depth) times a panel (depth, 32).</summary>
    public static void Tall(float* a, nint rowStride, nint columnStride, float* panel, int depth, float* c, int cStride, bool accumulate)
    {
        Vector512<float> s0a = default,
            s0b = default;
        Vector512<float> s1a = default,
            s1b = default;
        Vector512<float> s2a = default,
            s2b = default;
        Vector512<float> s3a = default,
            s3b = default;
        Vector512<float> s4a = default,
            s4b = default;
        Vector512<float> s5a = default,
            s5b = default;
        Vector512<float> s6a = default,
            s6b = default;
        Vector512<float> s7a = default,
            s7b = default;
        Vector512<float> s8a = default,
            s8b = default;
        Vector512<float> s9a = default,
            s9b = default;
        Vector512<float> s10a = default,
            s10b = default;
        Vector512<float> s11a = default,
            s11b = default;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(panel);
            var b1 = Vector512.Load(panel + 16);
            Vector512<float> v;
            v = Vector512.Create(a[0 * rowStride]);
            s0a = Vector512.MultiplyAddEstimate(v, b0, s0a);
            s0b = Vector512.MultiplyAddEstimate(v, b1, s0b);
            v = Vector512.Create(a[1 * rowStride]);
            s1a = Vector512.MultiplyAddEstimate(v, b0, s1a);
            s1b = Vector512.MultiplyAddEstimate(v, b1, s1b);
            v = Vector512.Create(a[2 * rowStride]);
            s2a = Vector512.MultiplyAddEstimate(v, b0, s2a);
            s2b = Vector512.MultiplyAddEstimate(v, b1, s2b);
            v = Vector512.Create(a[3 * rowStride]);
            s3a = Vector512.MultiplyAddEstimate(v, b0, s3a);
            s3b = Vector512.MultiplyAddEstimate(v, b1, s3b);
            v = Vector512.Create(a[4 * rowStride]);
            s4a = Vector512.MultiplyAddEstimate(v, b0, s4a);
            s4b = Vector512.MultiplyAddEstimate(v, b1, s4b);
            v = Vector512.Create(a[5 * rowStride]);
            s5a = Vector512.MultiplyAddEstimate(v, b0, s5a);
            s5b = Vector512.MultiplyAddEstimate(v, b1, s5b);
            v = Vector512.Create(a[6 * rowStride]);
            s6a = Vector512.MultiplyAddEstimate(v, b0, s6a);
            s6b = Vector512.MultiplyAddEstimate(v, b1, s6b);
            v = Vector512.Create(a[7 * rowStride]);
            s7a = Vector512.MultiplyAddEstimate(v, b0, s7a);
            s7b = Vector512.MultiplyAddEstimate(v, b1, s7b);
            v = Vector512.Create(a[8 * rowStride]);
            s8a = Vector512.MultiplyAddEstimate(v, b0, s8a);
            s8b = Vector512.MultiplyAddEstimate(v, b1, s8b);
            v = Vector512.Create(a[9 * rowStride]);
            s9a = Vector512.MultiplyAddEstimate(v, b0, s9a);
            s9b = Vector512.MultiplyAddEstimate(v, b1, s9b);
            v = Vector512.Create(a[10 * rowStride]);
            s10a = Vector512.MultiplyAddEstimate(v, b0, s10a);
            s10b = Vector512.MultiplyAddEstimate(v, b1, s10b);
            v = Vector512.Create(a[11 * rowStride]);
            s11a = Vector512.MultiplyAddEstimate(v, b0, s11a);
            s11b = Vector512.MultiplyAddEstimate(v, b1, s11b);
            a += columnStride;
            panel += Columns;
        }

        Store(c + (0 * (nint)cStride), s0a, s0b, accumulate);
        Store(c + (1 * (nint)cStride), s1a, s1b, accumulate);
        Store(c + (2 * (nint)cStride), s2a, s2b, accumulate);
        Store(c + (3 * (nint)cStride), s3a, s3b, accumulate);
        Store(c + (4 * (nint)cStride), s4a, s4b, accumulate);
        Store(c + (5 * (nint)cStride), s5a, s5b, accumulate);
        Store(c + (6 * (nint)cStride), s6a, s6b, accumulate);
        Store(c + (7 * (nint)cStride), s7a, s7b, accumulate);
        Store(c + (8 * (nint)cStride), s8a, s8b, accumulate);
        Store(c + (9 * (nint)cStride), s9a, s9b, accumulate);
        Store(c + (10 * (nint)cStride), s10a, s10b, accumulate);
        Store(c + (11 * (nint)cStride), s11a, s11b, accumulate);
    }

    /// <summary>C (1, 32) = or += A (1, depth) times a panel (depth, 32).</summary>
    public static void Single(float* a, nint columnStride, float* panel, int depth, float* c, bool accumulate)
    {
        Vector512<float> sa = default,
            sb = default;
        for (var k = 0; k < depth; k++)
        {
            var v = Vector512.Create(*a);
            sa = Vector512.MultiplyAddEstimate(v, Vector512.Load(panel), sa);
            sb = Vector512.MultiplyAddEstimate(v, Vector512.Load(panel + 16), sb);
            a += columnStride;
            panel += Columns;
        }

        Store(c, sa, sb, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector512<float> low, Vector512<float> high, bool accumulate)
    {
        if (accumulate)
        {
            low += Vector512.Load(c);
            high += Vector512.Load(c + 16);
        }

        low.Store(c);
        high.Store(c + 16);
    }
}
