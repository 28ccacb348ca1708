using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Turns rows of samples into RGB, with the roundings of libjpeg (JFIF's YCbCr, 16-bit fixed point) and Pillow (inks).</summary>
/// <remarks>RGB rows may be followed by room that is written later: whole vectors spill into it.</remarks>
internal static class ColourConversion
{
    private const int Step = 8;
    private const int Half = 1 << 15;
    private const int RedOfCr = 91881;
    private const int BlueOfCb = 116130;
    private const int GreenOfCr = -46802;
    private const int GreenOfCb = -22554;

    private static Vector128<byte> DropFourth => Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);

    /// <summary>YCbCr to RGB.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromYcc(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr, int width, Span<byte> rgb)
    {
        int x = 0;
        for (; x <= width - Step && (3 * x) + 28 <= rgb.Length; x += Step)
        {
            Vector256<int> y = Load(luma, x);
            Vector256<int> b = Load(cb, x) - Vector256.Create(128);
            Vector256<int> r = Load(cr, x) - Vector256.Create(128);
            Vector256<int> half = Vector256.Create(Half);
            Vector256<int> red = Clip(y + (((r * RedOfCr) + half) >> 16));
            Vector256<int> green = Clip(y + (((b * GreenOfCb) + (r * GreenOfCr) + half) >> 16));
            Vector256<int> blue = Clip(y + (((b * BlueOfCb) + half) >> 16));
            Vector256<byte> pixels = (red | (green << 8) | (blue << 16)).AsByte();
            Vector128.Shuffle(pixels.GetLower(), DropFourth).CopyTo(rgb[(3 * x)..]);
            Vector128.Shuffle(pixels.GetUpper(), DropFourth).CopyTo(rgb[((3 * x) + 12)..]);
        }

        for (; x < width; x++)
        {
            (int b, int r) = (cb[x] - 128, cr[x] - 128);
            rgb[3 * x] = Clip(luma[x] + (((r * RedOfCr) + Half) >> 16));
            rgb[(3 * x) + 1] = Clip(luma[x] + (((b * GreenOfCb) + (r * GreenOfCr) + Half) >> 16));
            rgb[(3 * x) + 2] = Clip(luma[x] + (((b * BlueOfCb) + Half) >> 16));
        }
    }

    /// <summary>Grey to RGB.</summary>
    public static void FromGrey(ReadOnlySpan<byte> grey, int width, Span<byte> rgb) => FromRgb(grey, grey, grey, width, rgb);

    /// <summary>Three planes to RGB.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromRgb(ReadOnlySpan<byte> red, ReadOnlySpan<byte> green, ReadOnlySpan<byte> blue, int width, Span<byte> rgb)
    {
        int x = 0;
        for (; x <= width - Step && (3 * x) + 28 <= rgb.Length; x += Step)
        {
            Vector256<byte> pixels = (Load(red, x) | (Load(green, x) << 8) | (Load(blue, x) << 16)).AsByte();
            Vector128.Shuffle(pixels.GetLower(), DropFourth).CopyTo(rgb[(3 * x)..]);
            Vector128.Shuffle(pixels.GetUpper(), DropFourth).CopyTo(rgb[((3 * x) + 12)..]);
        }

        for (; x < width; x++)
        {
            (rgb[3 * x], rgb[(3 * x) + 1], rgb[(3 * x) + 2]) = (red[x], green[x], blue[x]);
        }
    }

    /// <summary>Inks, stored inverted as Adobe's programs do, to RGB: RGB of the first three, darkened by black. In place.</summary>
    /// <param name="black">The row of black: 0 is full.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="rgb">Cyan, magenta and yellow as stored.</param>
    public static void Darken(ReadOnlySpan<byte> black, int width, Span<byte> rgb)
    {
        for (int i = 0; i < 3 * width; i++)
        {
            int light = black[i / 3];
            int product = ((255 - rgb[i]) * light) + 128;
            rgb[i] = Clip(light - (((product >> 8) + product) >> 8));
        }
    }

    /// <summary>Inverts a row: CMY out of the RGB that YCCK holds.</summary>
    public static void Invert(int width, Span<byte> rgb)
    {
        foreach (ref byte value in rgb[..(3 * width)])
        {
            value = (byte)~value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Load(ReadOnlySpan<byte> row, int x)
    {
        Vector128<byte> bytes = Vector128.CreateScalarUnsafe(BitConverter.ToUInt64(row.Slice(x, Step))).AsByte();
        return Vector256.WidenLower(Vector256.WidenLower(bytes.ToVector256Unsafe()).GetLower().ToVector256Unsafe()).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Clip(Vector256<int> values) =>
        Vector256.Min(Vector256.Max(values, Vector256<int>.Zero), Vector256.Create(255));

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}

/// <summary>What the components mean.</summary>
internal enum ColourSpace
{
    /// <summary>One component.</summary>
    Grey,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Luminance and two chrominances (JFIF).</summary>
    Ycc,

    /// <summary>Inks, inverted.</summary>
    Cmyk,

    /// <summary>Inks whose first three are stored as YCbCr.</summary>
    Ycck,
}

/// <summary>Finds out what components mean. T.81 does not say; segments of JFIF and Adobe do, else the components' names, in libjpeg's
/// order of trust.</summary>
internal static class ColourGuess
{
    /// <summary>The colour space of a frame.</summary>
    public static ColourSpace Of(JpegFrame frame, bool jfif, int? adobeTransform) =>
        frame.Components.Length switch
        {
            1 => ColourSpace.Grey,
            3 => jfif || !IsRgb(frame, adobeTransform) ? ColourSpace.Ycc : ColourSpace.Rgb,
            _ => adobeTransform is null or 0 ? ColourSpace.Cmyk : ColourSpace.Ycck,
        };

    private static bool IsRgb(JpegFrame frame, int? adobeTransform) =>
        adobeTransform is { } transform
            ? transform == 0
            : frame.Components.Select(component => component.Id).SequenceEqual("RGB"u8.ToArray());
}
