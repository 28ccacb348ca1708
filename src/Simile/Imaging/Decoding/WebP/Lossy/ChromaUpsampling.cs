using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Doubles chroma in both directions as libwebp's "fancy upsampling" does: each sample weighs 9, 3, 3 and 1 sixteenths of the four
/// around it.</summary>
internal static class ChromaUpsampling
{
    /// <summary>Room behind the samples of a row that is read or written in whole vectors.</summary>
    public const int Slack = 16;

    /// <summary>Doubles a row.</summary>
    /// <param name="near">The row of chroma that lies nearer, weighed 3; 16 more can be read behind its end.</param>
    /// <param name="far">The one that lies farther, weighed 1.</param>
    /// <param name="count">Samples in each.</param>
    /// <param name="sums">Room for count + 18.</param>
    /// <param name="doubled">2 × count samples, and room for more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int count, Span<ushort> sums, Span<byte> doubled)
    {
        for (var i = 0; i < count; i += Vector128<ushort>.Count)
        {
            var nearer = Vector128.WidenLower(Vector128.CreateScalarUnsafe(BitConverter.ToUInt64(near[i..])).AsByte());
            var farther = Vector128.WidenLower(Vector128.CreateScalarUnsafe(BitConverter.ToUInt64(far[i..])).AsByte());
            (nearer + nearer + nearer + farther).CopyTo(sums[(i + 1)..]);
        }

        (sums[0], sums[count + 1]) = (sums[1], sums[count]);
        var rounding = Vector128.Create((ushort)8);
        for (var i = 0; i < count; i += Vector128<ushort>.Count)
        {
            var here = Vector128.Create<ushort>(sums.Slice(i + 1, 8));
            var thrice = here + here + here + rounding;
            var left = (thrice + Vector128.Create<ushort>(sums.Slice(i, 8))) >>> 4;
            var right = (thrice + Vector128.Create<ushort>(sums.Slice(i + 2, 8))) >>> 4;
            (left | (right << 8)).AsByte().CopyTo(doubled[(2 * i)..]);
        }
    }
}
