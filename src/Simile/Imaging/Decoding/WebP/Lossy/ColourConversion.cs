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

/// <summary>Sixteen reds, greens and blues into sixteen pixels.</summary>
internal static class RgbInterleaving
{
    private const byte No = 255;

    /// <summary>Writes 48 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> red, Vector128<byte> green, Vector128<byte> blue, Span<byte> pixels)
    {
        (
            Vector128.Shuffle(red, Vector128.Create((byte)0, No, No, 1, No, No, 2, No, No, 3, No, No, 4, No, No, 5))
            | Vector128.Shuffle(green, Vector128.Create(No, 0, No, No, 1, No, No, 2, No, No, 3, No, No, 4, No, No))
            | Vector128.Shuffle(blue, Vector128.Create(No, No, 0, No, No, 1, No, No, 2, No, No, 3, No, No, 4, No))
        ).CopyTo(pixels);
        (
            Vector128.Shuffle(red, Vector128.Create(No, No, 6, No, No, 7, No, No, 8, No, No, 9, No, No, 10, No))
            | Vector128.Shuffle(green, Vector128.Create((byte)5, No, No, 6, No, No, 7, No, No, 8, No, No, 9, No, No, 10))
            | Vector128.Shuffle(blue, Vector128.Create(No, 5, No, No, 6, No, No, 7, No, No, 8, No, No, 9, No, No))
        ).CopyTo(pixels[16..]);
        (
            Vector128.Shuffle(red, Vector128.Create(No, 11, No, No, 12, No, No, 13, No, No, 14, No, No, 15, No, No))
            | Vector128.Shuffle(green, Vector128.Create(No, No, 11, No, No, 12, No, No, 13, No, No, 14, No, No, 15, No))
            | Vector128.Shuffle(blue, Vector128.Create((byte)10, No, No, 11, No, No, 12, No, No, 13, No, No, 14, No, No, 15))
        ).CopyTo(pixels[32..]);
    }
}
