using System.Runtime.InteropServices;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Foretells square blocks from the row above and the column to the left (RFC 6386, 12.2 and 12.3).</summary>
internal static class SquarePrediction
{
    /// <summary>Fills a block.</summary>
    /// <param name="plane">Samples.</param>
    /// <param name="at">Where the block begins.</param>
    /// <param name="size">16, 8 or 4.</param>
    /// <param name="mode">One of the first four.</param>
    /// <param name="hasAbove">Whether the row above counts into a mean.</param>
    /// <param name="hasLeft">Whether the column to the left does.</param>
    public static void Fill(Plane plane, int at, int size, SubblockMode mode, bool hasAbove, bool hasLeft)
    {
        switch (mode)
        {
            case SubblockMode.Mean:
                FillAll(plane, at, size, Mean(plane, at, size, hasAbove, hasLeft));
                break;
            case SubblockMode.Vertical:
                var above = plane.Data.AsSpan(at - plane.Stride, size);
                for (var y = 0; y < size; y++)
                {
                    above.CopyTo(plane.Data.AsSpan(at + (y * plane.Stride)));
                }

                break;
            case SubblockMode.Horizontal:
                for (var y = 0; y < size; y++, at += plane.Stride)
                {
                    plane.Data.AsSpan(at, size).Fill(plane.Data[at - 1]);
                }

                break;
            default:
                TrueMotion.Fill(plane, at, size);
                break;
        }
    }

    private static void FillAll(Plane plane, int at, int size, byte value)
    {
        for (var y = 0; y < size; y++, at += plane.Stride)
        {
            plane.Data.AsSpan(at, size).Fill(value);
        }
    }

    private static byte Mean(Plane plane, int at, int size, bool hasAbove, bool hasLeft)
    {
        var (sum, count) = (0, 0);
        for (var i = 0; hasAbove && i < size; i++)
        {
            sum += plane.Data[at - plane.Stride + i];
            count++;
        }

        for (var i = 0; hasLeft && i < size; i++)
        {
            sum += plane.Data[at - 1 + (i * plane.Stride)];
            count++;
        }

        return count == 0 ? (byte)128 : (byte)((sum + (count >> 1)) / count);
    }
}
