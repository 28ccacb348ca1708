using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Foretells 4 × 4 subblocks along eight directions (RFC 6386, 12.3).</summary>
/// <remarks>
/// The edge runs from the bottom left over the corner to the top right: places 1 to 4 lie to the left, from the bottom up, 5 is the corner,
/// 6 to 13 lie above and above to the right; 0 and 14 repeat the ends. Every sample is a mean of two or of three neighbours on that edge.
/// </remarks>
internal static class SubblockPrediction
{
    private const byte Two = 16; // added to a place: the mean of it and the next one; without: of it, twice, and of both beside it

    private static ReadOnlySpan<byte> Places =>
        [
            6,
            7,
            8,
            9,
            6,
            7,
            8,
            9,
            6,
            7,
            8,
            9,
            6,
            7,
            8,
            9,
            4,
            4,
            4,
            4,
            3,
            3,
            3,
            3,
            2,
            2,
            2,
            2,
            1,
            1,
            1,
            1,
            5,
            6,
            7,
            8,
            4,
            5,
            6,
            7,
            3,
            4,
            5,
            6,
            2,
            3,
            4,
            5,
            Two + 5,
            Two + 6,
            Two + 7,
            Two + 8,
            5,
            6,
            7,
            8,
            4,
            Two + 5,
            Two + 6,
            Two + 7,
            3,
            5,
            6,
            7,
            7,
            8,
            9,
            10,
            8,
            9,
            10,
            11,
            9,
            10,
            11,
            12,
            10,
            11,
            12,
            13,
            Two + 6,
            Two + 7,
            Two + 8,
            Two + 9,
            7,
            8,
            9,
            10,
            Two + 7,
            Two + 8,
            Two + 9,
            11,
            8,
            9,
            10,
            12,
            Two + 4,
            5,
            6,
            7,
            Two + 3,
            4,
            Two + 4,
            5,
            Two + 2,
            3,
            Two + 3,
            4,
            Two + 1,
            2,
            Two + 2,
            3,
            Two + 3,
            3,
            Two + 2,
            2,
            Two + 2,
            2,
            Two + 1,
            1,
            Two + 1,
            1,
            Two + 0,
            Two + 0,
            Two + 0,
            Two + 0,
            Two + 0,
            Two + 0,
        ];

    /// <summary>Fills a subblock.</summary>
    /// <param name="plane">Samples.</param>
    /// <param name="at">Where the subblock begins.</param>
    /// <param name="mode">Any but the first two.</param>
    /// <param name="aboveRight">The four samples above to the right.</param>
    public static void Fill(Plane plane, int at, SubblockMode mode, uint aboveRight)
    {
        var (samples, stride) = (plane.Data, plane.Stride);
        var filled = Means(
                Edge(samples, at, stride, aboveRight),
                Vector128.Create(Places.Slice(16 * ((int)mode - (int)SubblockMode.Vertical), 16))
            )
            .AsUInt32();
        for (var y = 0; y < 4; y++, at += stride)
        {
            Unsafe.WriteUnaligned(ref samples[at], filled[y]);
        }
    }

    private static Vector128<byte> Edge(byte[] samples, int at, int stride, uint aboveRight)
    {
        uint bottom = samples[at + (3 * stride) - 1],
            last = aboveRight >> 24;
        var left = bottom | (bottom << 8) | ((uint)samples[at + (2 * stride) - 1] << 16) | ((uint)samples[at + stride - 1] << 24);
        var above = Unsafe.ReadUnaligned<uint>(ref samples[at - stride]);
        var second = samples[at - 1] | ((uint)samples[at - stride - 1] << 8) | (above << 16);
        return Vector128.Create(left, second, (above >> 16) | (aboveRight << 16), (aboveRight >> 16) | (last << 16)).AsByte();
    }

    private static Vector128<byte> Means(Vector128<byte> edge, Vector128<byte> places)
    {
        var next = Vector128.Shuffle(edge, Vector128.Create((byte)1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15));
        var before = Vector128.Shuffle(edge, Vector128.Create((byte)0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
        var two = RoundedUp(edge, next);
        var three = RoundedUp(edge, (before & next) + Half(before ^ next));
        return Vector128.Shuffle(three, places) | Vector128.Shuffle(two, places - Vector128.Create(Two));
    }

    private static Vector128<byte> RoundedUp(Vector128<byte> a, Vector128<byte> b) => (a | b) - Half(a ^ b);

    private static Vector128<byte> Half(Vector128<byte> values) =>
        Vector128.ShiftRightLogical((values & Vector128.Create((byte)0xfe)).AsUInt16(), 1).AsByte();
}
