using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Products;

namespace Simile.Engine.Attention;

/// <summary>Lays a head's keys and values out as the right sides of two products.</summary>
internal static unsafe class HeadPacking
{
    /// <summary>Packs the head into the scratch memory.</summary>
    public static void Pack(ComputePrecision precision, in HeadInput head, int size, AttentionScratch scratch)
    {
        PackKeys(precision, head, size, scratch.Keys);
        for (var panel = 0; panel < TileShape.Panels(size); panel++)
        {
            var target = scratch.Values + ((nint)panel * TileShape.Steps(precision, PaddedLength(head.Length)) * TileShape.StepBytes);
            PackValues(precision, head, panel * TileShape.Columns, Math.Min(TileShape.Columns, size - (panel * TileShape.Columns)), target);
        }

        if (precision == ComputePrecision.BFloat16)
        {
            for (var row = 0; row < head.Length; row++)
            {
                BFloat16Rows.Convert(head.Queries + ((nint)row * head.Stride), scratch.Queries + ((nint)row * size), size);
            }
        }
    }

    /// <summary>T rounded up to whole panels.</summary>
    public static int PaddedLength(int length) => TileShape.Panels(length) * TileShape.Columns;

    // A key becomes a column: element k of it goes to step k.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackKeys(ComputePrecision precision, in HeadInput head, int size, byte* target)
    {
        var steps = TileShape.Steps(precision, size);
        var rounded = stackalloc uint[precision == ComputePrecision.BFloat16 ? steps : 1];
        for (var key = 0; key < PaddedLength(head.Length); key++)
        {
            var column = (uint*)(target + ((nint)(key / TileShape.Columns) * steps * TileShape.StepBytes)) + (key % TileShape.Columns);
            if (key >= head.Length)
            {
                for (var k = 0; k < steps; k++)
                {
                    column[(nint)k * TileShape.Columns] = 0;
                }

                continue;
            }

            var source = (uint*)(head.Keys + ((nint)key * head.Stride));
            if (precision == ComputePrecision.BFloat16)
            {
                BFloat16Rows.Convert((float*)source, (ushort*)rounded, size);
                source = rounded;
            }

            for (var k = 0; k < steps; k++)
            {
                column[(nint)k * TileShape.Columns] = source[k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackValues(ComputePrecision precision, in HeadInput head, int firstColumn, int width, byte* target)
    {
        var each = TileShape.ValuesPerStep(precision);
        var zeros = stackalloc float[TileShape.Columns];
        var first = stackalloc float[TileShape.Columns];
        var second = stackalloc float[TileShape.Columns];
        new Span<float>(zeros, TileShape.Columns).Clear();
        for (var step = 0; step < PaddedLength(head.Length) / each; step++)
        {
            var low = Row(head, step * each, firstColumn, width, zeros, first);
            if (each == 1)
            {
                Vector512.Load(low).Store((float*)target);
                Vector512.Load(low + 16).Store((float*)target + 16);
            }
            else
            {
                var high = Row(head, (step * each) + 1, firstColumn, width, zeros, second);
                Interleave(low, high, (uint*)target);
                Interleave(low + 16, high + 16, (uint*)target + 16);
            }

            target += TileShape.StepBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Row(in HeadInput head, int row, int firstColumn, int width, float* zeros, float* scratch)
    {
        if (row >= head.Length)
        {
            return zeros;
        }

        var source = head.Values + ((nint)row * head.Stride) + firstColumn;
        if (width == TileShape.Columns)
        {
            return source;
        }

        for (var j = 0; j < TileShape.Columns; j++)
        {
            scratch[j] = j < width ? source[j] : 0;
        }

        return scratch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(float* low, float* high, uint* target)
    {
        var lower = BFloat16Rows.RoundedBits(Vector512.Load(low)) >>> 16;
        var upper = BFloat16Rows.RoundedBits(Vector512.Load(high)) & Vector512.Create(0xFFFF0000u);
        (lower | upper).Store(target);
    }
}
