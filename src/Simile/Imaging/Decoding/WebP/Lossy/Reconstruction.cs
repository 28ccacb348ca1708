using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Builds macroblocks: what is foretold and what the coefficients add (RFC 6386, 12 and 14.5).</summary>
internal sealed class Reconstruction(Frame frame, short[] coefficients)
{
    /// <summary>Builds a macroblock.</summary>
    public void Build(int column, int row, in Macroblock block)
    {
        if (block.IsSubdivided)
        {
            BuildSubblocks(column, row, block);
        }
        else
        {
            SquarePrediction.Fill(frame.Luma, frame.Luma.At(16 * column, 16 * row), 16, block.Modes[0], row > 0, column > 0);
            for (var pair = 0; block.HasCoefficients && pair < 8; pair++)
            {
                AddPair(frame.Luma, frame.Luma.At((16 * column) + (8 * (pair & 1)), (16 * row) + (4 * (pair >> 1))), 2 * pair, block);
            }
        }

        BuildChroma(frame.Blue, column, row, 16, block);
        BuildChroma(frame.Red, column, row, 20, block);
    }

    private void BuildSubblocks(int column, int row, in Macroblock block)
    {
        var luma = frame.Luma;
        var aboveRight = AboveRight(column, row);
        for (var i = 0; i < 16; i++)
        {
            var at = luma.At((16 * column) + (4 * (i & 3)), (16 * row) + (4 * (i >> 2)));
            if (block.Modes[i] < SubblockMode.Vertical)
            {
                SquarePrediction.Fill(luma, at, 4, block.Modes[i], hasAbove: true, hasLeft: true);
            }
            else
            {
                SubblockPrediction.Fill(
                    luma,
                    at,
                    block.Modes[i],
                    (i & 3) == 3 ? aboveRight : Unsafe.ReadUnaligned<uint>(ref luma.Data[at - luma.Stride + 4])
                );
            }

            if (block.Filled[i] != 0)
            {
                BlockTransform.Add(coefficients.AsSpan(16 * i, 16), luma.Data, at, luma.Stride);
            }
        }
    }

    // All four subblocks at the right see what is above the macroblock to the right; there is nothing right of a row's last one.
    private uint AboveRight(int column, int row)
    {
        var at = frame.Luma.At((16 * column) + 16, (16 * row) - 1);
        return row > 0 && column == frame.Columns - 1
            ? frame.Luma.Data[at - 1] * 0x01010101u
            : Unsafe.ReadUnaligned<uint>(ref frame.Luma.Data[at]);
    }

    private void BuildChroma(Plane plane, int column, int row, int first, in Macroblock block)
    {
        var at = plane.At(8 * column, 8 * row);
        SquarePrediction.Fill(plane, at, 8, block.Chroma, row > 0, column > 0);
        if (block.HasCoefficients)
        {
            AddPair(plane, at, first, block);
            AddPair(plane, at + (4 * plane.Stride), first + 2, block);
        }
    }

    private void AddPair(Plane plane, int at, int first, in Macroblock block)
    {
        if ((block.Filled[first] | block.Filled[first + 1]) != 0)
        {
            BlockTransform.AddTwo(coefficients.AsSpan(16 * first, 32), plane.Data, at, plane.Stride);
        }
    }
}

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
