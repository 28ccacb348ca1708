using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Y, U and V into red, green and blue (ITU-R BT.601, narrow range), in libwebp's fixed-point numbers: 14 bits, cut to 6 after the
/// products.</summary>
internal static class ColourConversion
{
    private const int Step = 16;

    /// <summary>Converts a row.</summary>
    /// <param name="luma">(W) samples; whole vectors can be read behind their end.</param>
    /// <param name="blue">(W) samples of U, likewise.</param>
    /// <param name="red">(W) samples of V, likewise.</param>
    /// <param name="colours">(W, 3) bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> colours)
    {
        var at = 0;
        for (; at + (3 * Step) <= colours.Length; at += 3 * Step)
        {
            var x = at / 3;
            Convert(luma.Slice(x, Step), blue.Slice(x, Step), red.Slice(x, Step), colours.Slice(at, 3 * Step));
        }

        if (at < colours.Length)
        {
            Span<byte> last = stackalloc byte[3 * Step];
            var x = at / 3;
            Convert(luma.Slice(x, Step), blue.Slice(x, Step), red.Slice(x, Step), last);
            last[..(colours.Length - at)].CopyTo(colours[at..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> colours)
    {
        var y = Lanes.MultiplyHigh(Upper(luma), 19077);
        var (u, v) = (Upper(blue), Upper(red));
        var r = (y + Lanes.MultiplyHigh(v, 26149) - Vector256.Create((ushort)14234)).AsInt16() >> 6;
        var g = (y + Vector256.Create((ushort)8708) - Lanes.MultiplyHigh(u, 6419) - Lanes.MultiplyHigh(v, 13320)).AsInt16() >> 6;
        var b = (Vector256.SubtractSaturate(y + Lanes.MultiplyHigh(u, 33050), Vector256.Create((ushort)17685)) >>> 6).AsInt16();
        RgbInterleaving.Store(Clip(r), Clip(g), Clip(b), colours);
    }

    // Samples in the upper half of 16 bits, so that the upper half of a product is the product shifted right by 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Upper(ReadOnlySpan<byte> samples) =>
        Vector256.WidenLower(Vector128.Create(samples).ToVector256Unsafe()) << 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Clip(Vector256<short> values)
    {
        var clipped = Vector256.Min(Vector256.Max(values, Vector256<short>.Zero), Vector256.Create((short)255)).AsUInt16();
        return Vector128.Narrow(clipped.GetLower(), clipped.GetUpper());
    }
}
