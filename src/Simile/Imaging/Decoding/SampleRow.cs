using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding;

/// <summary>Picks red, green and blue out of pixels that hold more, or hold them in another order.</summary>
internal static class SampleRow
{
    private const int Together = 4;

    /// <summary>Picks three bytes of every pixel.</summary>
    /// <param name="pixels">The pixels.</param>
    /// <param name="stride">Bytes of a pixel.</param>
    /// <param name="at">Where in a pixel red, green and blue stand.</param>
    /// <param name="rgb">Receives them.</param>
    public static void Pick(ReadOnlySpan<byte> pixels, int stride, (int Red, int Green, int Blue) at, Span<byte> rgb)
    {
        int to = 0;
        int from = 0;
        if (stride is 3 or 4 && Vector128.IsHardwareAccelerated)
        {
            Vector128<byte> order = Order(stride, at);
            // Four pixels a step; sixteen bytes are read and written, of which twelve count.
            while (from + 16 <= pixels.Length && to + 16 <= rgb.Length)
            {
                Vector128.Shuffle(Vector128.Create(pixels[from..]), order).CopyTo(rgb[to..]);
                from += Together * stride;
                to += Together * 3;
            }
        }
        for (; to < rgb.Length; to += 3, from += stride)
        {
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (pixels[from + at.Red], pixels[from + at.Green], pixels[from + at.Blue]);
        }
    }

    private static Vector128<byte> Order(int stride, (int Red, int Green, int Blue) at)
    {
        Span<byte> order = stackalloc byte[16];
        for (int pixel = 0; pixel < Together; pixel++)
        {
            order[pixel * 3] = (byte)((pixel * stride) + at.Red);
            order[(pixel * 3) + 1] = (byte)((pixel * stride) + at.Green);
            order[(pixel * 3) + 2] = (byte)((pixel * stride) + at.Blue);
        }
        return Vector128.Create<byte>(order);
    }
}
