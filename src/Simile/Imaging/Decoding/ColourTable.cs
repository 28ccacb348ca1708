using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding;

/// <summary>256 colours, red, green and blue; a palette that is shorter goes on in greys, as Pillow's.</summary>
internal sealed class ColourTable
{
    private const int Count = 256;
    private readonly byte[] _rgb = new byte[Count * 3];

    private ColourTable() { }

    /// <summary>The colours.</summary>
    public ReadOnlySpan<byte> Rgb => _rgb;

    /// <summary>Greys: each is its index times a step.</summary>
    public static ColourTable Greys(int step)
    {
        ColourTable table = new();
        for (int i = 0; i < Count; i++)
        {
            table._rgb.AsSpan(i * 3, 3).Fill((byte)(i * step));
        }
        return table;
    }

    /// <summary>Colours of a file.</summary>
    /// <param name="stored">The colours; more than 256 are ignored, as are bytes behind the last whole one.</param>
    /// <param name="stride">Bytes from one colour to the next.</param>
    /// <param name="red">Where red stands: 0, or 2 if blue stands first.</param>
    public static ColourTable Of(ReadOnlySpan<byte> stored, int stride = 3, int red = 0)
    {
        ColourTable table = Greys(1);
        int count = Math.Min(Count, stored.Length / stride);
        SampleRow.Pick(stored, stride, (red, 1, 2 - red), table._rgb.AsSpan(0, count * 3));
        return table;
    }

    /// <summary>Looks up a row of pixels of 1, 2, 4 or 8 bits, the leftmost in the highest bits.</summary>
    public void LookUp(ReadOnlySpan<byte> packed, int bits, Span<byte> rgb)
    {
        if (bits == 8)
        {
            LookUp(packed[..(rgb.Length / 3)], rgb);
            return;
        }
        int mask = (1 << bits) - 1;
        for (int to = 0, bit = 0; to < rgb.Length; to += 3, bit += bits)
        {
            int index = (packed[bit >> 3] >> (8 - bits - (bit & 7))) & mask;
            _rgb.AsSpan(index * 3, 3).CopyTo(rgb[to..]);
        }
    }

    private void LookUp(ReadOnlySpan<byte> indices, Span<byte> rgb)
    {
        byte[] table = _rgb;
        rgb = rgb[..(indices.Length * 3)];
        for (int i = 0, to = 0; i < indices.Length; i++, to += 3)
        {
            int from = indices[i] * 3;
            rgb[to + 2] = table[from + 2];
            rgb[to + 1] = table[from + 1];
            rgb[to] = table[from];
        }
    }
}

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
