using System.Runtime.CompilerServices;
using Simile.Engine.Assembly;

namespace Simile.Engine.Products;

/// <summary>The kernel without an assembler: tiles of four rows and two vectors, then single rows. Written once for every vector width and
/// precision.</summary>
/// <remarks>Each sum adds its products in the order of k, so a tile's shape never changes a result.</remarks>
internal static unsafe class VectorTile<TVector, TStep>
    where TVector : struct
    where TStep : struct, ITileStep<TVector>
{
    private const int RowsAtOnce = 4;

    /// <summary>Does what the call says.</summary>
    public static void Run(TileCall* call)
    {
        for (var column = 0; column < TileShape.StepBytes; column += 2 * TStep.Bytes)
        {
            nint row = 0;
            for (; row <= call->Rows - RowsAtOnce; row += RowsAtOnce)
            {
                FourRows(
                    call->A + (row * call->AStride),
                    call->AStride,
                    call->Panel + column,
                    call->Steps,
                    call->C + (row * call->CStride) + column,
                    call->CStride
                );
            }

            for (; row < call->Rows; row++)
            {
                OneRow(call->A + (row * call->AStride), call->Panel + column, call->Steps, call->C + (row * call->CStride) + column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(byte* a, nint stride, byte* panel, nint steps, byte* c, nint cStride)
    {
        TVector s0a = default,
            s0b = default,
            s1a = default,
            s1b = default;
        TVector s2a = default,
            s2b = default,
            s3a = default,
            s3b = default;
        for (nint k = 0; k < steps; k++)
        {
            var low = TStep.Load(panel);
            var high = TStep.Load(panel + TStep.Bytes);
            var v = TStep.Broadcast(a);
            s0a = TStep.Add(s0a, v, low);
            s0b = TStep.Add(s0b, v, high);
            v = TStep.Broadcast(a + stride);
            s1a = TStep.Add(s1a, v, low);
            s1b = TStep.Add(s1b, v, high);
            v = TStep.Broadcast(a + (2 * stride));
            s2a = TStep.Add(s2a, v, low);
            s2b = TStep.Add(s2b, v, high);
            v = TStep.Broadcast(a + (3 * stride));
            s3a = TStep.Add(s3a, v, low);
            s3b = TStep.Add(s3b, v, high);
            a += 4;
            panel += TileShape.StepBytes;
        }

        Store(c, s0a, s0b);
        Store(c + cStride, s1a, s1b);
        Store(c + (2 * cStride), s2a, s2b);
        Store(c + (3 * cStride), s3a, s3b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(byte* a, byte* panel, nint steps, byte* c)
    {
        TVector low = default,
            high = default;
        for (nint k = 0; k < steps; k++)
        {
            var v = TStep.Broadcast(a);
            low = TStep.Add(low, v, TStep.Load(panel));
            high = TStep.Add(high, v, TStep.Load(panel + TStep.Bytes));
            a += 4;
            panel += TileShape.StepBytes;
        }

        Store(c, low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* c, TVector low, TVector high)
    {
        TStep.Store(low, c);
        TStep.Store(high, c + TStep.Bytes);
    }
}
