using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Foretells above + left - corner, cut to 0 and 255 (RFC 6386, 12.2 "TM_PRED").</summary>
internal static class TrueMotion
{
    /// <summary>Fills a block of 16, 8 or 4 rows and columns.</summary>
    public static void Fill(Plane plane, int at, int size)
    {
        var (samples, stride) = (plane.Data, plane.Stride);
        var above = Vector128.LoadUnsafe(ref samples[at - stride]);
        var corner = Vector128.Create((short)samples[at - stride - 1]);
        var low = Vector128.WidenLower(above).AsInt16() - corner;
        var high = Vector128.WidenUpper(above).AsInt16() - corner;
        for (var y = 0; y < size; y++, at += stride)
        {
            var left = Vector128.Create((short)samples[at - 1]);
            var first = Lanes.Clip(low + left);
            ref var target = ref samples[at];
            if (size == 4)
            {
                Unsafe.WriteUnaligned(ref target, first.AsUInt32().ToScalar());
            }
            else
            {
                Unsafe.WriteUnaligned(ref target, first.AsUInt64().ToScalar());
            }

            if (size == 16)
            {
                Unsafe.WriteUnaligned(ref samples[at + 8], Lanes.Clip(high + left).AsUInt64().ToScalar());
            }
        }
    }
}
