using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Modes 12 and 13: gradients, kept within 0 and 255.</summary>
internal static class PredictorClamped
{
    /// <summary>Mode 12: left + top - topLeft.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Full(Span<uint> row, ReadOnlySpan<uint> above, int from)
    {
        var left = Wide(row[from - 1]);
        var topLeft = Wide(above[from - 1]);
        for (var x = from; x < row.Length; x++)
        {
            var top = Wide(above[x]);
            var pixel = Pixels.Add(row[x], Narrow(left + (top - topLeft)));
            row[x] = pixel;
            (left, topLeft) = (Wide(pixel), top);
        }
    }

    /// <summary>Mode 13: m + (m - topLeft) / 2 for m the mean of left and top; the quotient is rounded towards zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Half(Span<uint> row, ReadOnlySpan<uint> above, int from)
    {
        var left = row[from - 1];
        var topLeft = Wide(above[from - 1]);
        for (var x = from; x < row.Length; x++)
        {
            var mean = Wide(Pixels.Mean(left, above[x]));
            var difference = mean - topLeft;
            difference -= difference >> 15;
            left = row[x] = Pixels.Add(row[x], Narrow(mean + (difference >> 1)));
            topLeft = Wide(above[x]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Wide(uint pixel) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte()).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Narrow(Vector128<short> values)
    {
        var clipped = Vector128.Min(Vector128.Max(values, Vector128<short>.Zero), Vector128.Create((short)255));
        return Vector128.Narrow(clipped.AsUInt16(), clipped.AsUInt16()).AsUInt32().ToScalar();
    }
}
