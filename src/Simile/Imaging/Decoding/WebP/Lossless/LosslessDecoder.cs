using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Decodes VP8L pictures into RGB; alpha is dropped.</summary>
internal static class LosslessDecoder
{
    private const int HeaderBytes = 5;

    /// <summary>Decodes a picture.</summary>
    /// <param name="data">The chunk's payload.</param>
    /// <param name="budget">What it may cost.</param>
    public static RgbImage Decode(ReadOnlySpan<byte> data, DecodeBudget budget)
    {
        var (width, height) = PictureSize.Lossless(data);
        budget.CheckMemory((3L + sizeof(uint)) * width * height);
        var stream = new LosslessStream(data[HeaderBytes..], budget);
        var (pixels, packedWidth) = stream.Read(width, height);
        var image = RgbImage.Uninitialized(width, height);
        var row = new uint[width];
        for (var y = 0; y < height; y++)
        {
            if ((y & 15) == 0)
            {
                budget.CheckTime();
            }

            pixels.AsSpan(y * packedWidth, packedWidth).CopyTo(row);
            for (var i = stream.Transforms.Count - 1; i >= 0; i--)
            {
                stream.Transforms[i].Undo(y, row);
            }

            ToRgb(row, image.Writable.Slice(y * width * 3, width * 3));
        }

        return image;
    }

    /// <summary>Puts the colours of ARGB pixels one after another.</summary>
    internal static void ToRgb(ReadOnlySpan<uint> pixels, Span<byte> colours)
    {
        var order = Vector128.Create((byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 255, 255, 255, 255);
        var x = 0;
        // Each store writes four bytes too many, which the next one overwrites.
        for (; x < pixels.Length - 5; x += Vector128<uint>.Count)
        {
            Vector128.Shuffle(Vector128.Create(pixels.Slice(x, 4)).AsByte(), order).CopyTo(colours[(3 * x)..]);
        }

        for (; x < pixels.Length; x++)
        {
            (colours[3 * x], colours[(3 * x) + 1], colours[(3 * x) + 2]) = (
                (byte)(pixels[x] >> 16),
                (byte)(pixels[x] >> 8),
                (byte)pixels[x]
            );
        }
    }
}
