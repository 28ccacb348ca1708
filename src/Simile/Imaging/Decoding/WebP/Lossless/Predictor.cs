using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Adds to each pixel what its neighbours foretell (WebP lossless, 4.1).</summary>
/// <param name="blocks">How each block is foretold, in green.</param>
/// <param name="bits">A block's columns, as a power of two.</param>
/// <param name="width">Columns.</param>
internal sealed class Predictor(uint[] blocks, int bits, int width) : IRowTransform
{
    private const uint Black = 0xff000000;

    // One pixel more than the row above: right of it lies the first pixel of the row itself.
    private readonly uint[] _above = new uint[width + 1];

    /// <inheritdoc/>
    public void Undo(int y, Span<uint> row)
    {
        if (y == 0)
        {
            row[0] = Pixels.Add(row[0], Black);
            PredictorModes.Left(row[..width], 1);
        }
        else
        {
            row[0] = Pixels.Add(row[0], _above[0]);
            _above[width] = row[0];
            UndoBlocks(y, row[..width]);
        }

        row[..width].CopyTo(_above);
    }

    private void UndoBlocks(int y, Span<uint> row)
    {
        var inRow = blocks.AsSpan((y >> bits) * Blocks.Count(width, bits), Blocks.Count(width, bits));
        for (var block = 0; block < inRow.Length; block++)
        {
            var end = Math.Min(width, (block + 1) << bits);
            PredictorModes.Undo((int)(inRow[block] >> 8) & 15, row[..end], _above, Math.Max(1, block << bits));
        }
    }
}

/// <summary>The fourteen ways to foretell a pixel from its left, top-left, top and top-right neighbours (WebP lossless, 4.1).</summary>
internal static class PredictorModes
{
    private const uint Black = 0xff000000;

    /// <summary>Adds what is foretold to the pixels of a row from one on.</summary>
    /// <param name="mode">0 to 13; 14 and 15 mean 0.</param>
    /// <param name="row">The row up to where the mode ends; pixels before <paramref name="from"/> are done.</param>
    /// <param name="above">The row above, and one pixel more.</param>
    /// <param name="from">The first pixel, at least 1.</param>
    public static void Undo(int mode, Span<uint> row, ReadOnlySpan<uint> above, int from)
    {
        switch (mode)
        {
            case 1:
                Left(row, from);
                break;
            case 5:
                Serial<LeftTopRightTop>(row, above, from);
                break;
            case 6:
                Serial<LeftTopLeft>(row, above, from);
                break;
            case 7:
                Serial<LeftTop>(row, above, from);
                break;
            case 10:
                Serial<All>(row, above, from);
                break;
            case 11:
                Serial<Select>(row, above, from);
                break;
            case 12:
                PredictorClamped.Full(row, above, from);
                break;
            case 13:
                PredictorClamped.Half(row, above, from);
                break;
            default:
                Parallel(mode, row, above, from);
                break;
        }
    }

    /// <summary>Mode 1: sums along the row, four pixels at a time.</summary>
    public static void Left(Span<uint> row, int from)
    {
        var left = row[from - 1];
        var x = from;
        for (; x <= row.Length - Vector128<uint>.Count; x += Vector128<uint>.Count)
        {
            var target = row.Slice(x, Vector128<uint>.Count);
            var sums = Vector128.Create<uint>(target).AsByte();
            sums += Vector128.Shuffle(sums.AsUInt32(), Vector128.Create(4u, 0, 1, 2)).AsByte();
            sums += Vector128.Shuffle(sums.AsUInt32(), Vector128.Create(4u, 4, 0, 1)).AsByte();
            sums += Vector128.Create(left).AsByte();
            sums.AsUInt32().CopyTo(target);
            left = sums.AsUInt32()[3];
        }

        for (; x < row.Length; x++)
        {
            left = row[x] = Pixels.Add(row[x], left);
        }
    }

    // Modes that do not look left.
    private static void Parallel(int mode, Span<uint> row, ReadOnlySpan<uint> above, int from)
    {
        var target = row[from..];
        var topLeft = above.Slice(from - 1, target.Length);
        var top = above.Slice(from, target.Length);
        var topRight = above.Slice(from + 1, target.Length);
        switch (mode)
        {
            case 2:
                AddRow(target, top);
                break;
            case 3:
                AddRow(target, topRight);
                break;
            case 4:
                AddRow(target, topLeft);
                break;
            case 8:
                AddMeans(target, topLeft, top);
                break;
            case 9:
                AddMeans(target, top, topRight);
                break;
            default:
                foreach (ref var pixel in target)
                {
                    pixel = Pixels.Add(pixel, Black);
                }

                break;
        }
    }

    private static void AddRow(Span<uint> target, ReadOnlySpan<uint> source)
    {
        var targets = MemoryMarshal.Cast<uint, Vector256<byte>>(target);
        var sources = MemoryMarshal.Cast<uint, Vector256<byte>>(source);
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] += sources[i];
        }

        for (var x = targets.Length * Vector256<uint>.Count; x < target.Length; x++)
        {
            target[x] = Pixels.Add(target[x], source[x]);
        }
    }

    private static void AddMeans(Span<uint> target, ReadOnlySpan<uint> first, ReadOnlySpan<uint> second)
    {
        var targets = MemoryMarshal.Cast<uint, Vector256<uint>>(target);
        var firsts = MemoryMarshal.Cast<uint, Vector256<uint>>(first);
        var seconds = MemoryMarshal.Cast<uint, Vector256<uint>>(second);
        for (var i = 0; i < targets.Length; i++)
        {
            var (a, b) = (firsts[i], seconds[i]);
            var mean = Vector256.ShiftRightLogical((a ^ b) & Vector256.Create(0xfefefefe), 1) + (a & b);
            targets[i] = (targets[i].AsByte() + mean.AsByte()).AsUInt32();
        }

        for (var x = targets.Length * Vector256<uint>.Count; x < target.Length; x++)
        {
            target[x] = Pixels.Add(target[x], Pixels.Mean(first[x], second[x]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Serial<TRule>(Span<uint> row, ReadOnlySpan<uint> above, int from)
        where TRule : struct, INeighbourRule
    {
        var left = row[from - 1];
        var (topLeft, top) = (above[from - 1], above[from]);
        for (var x = from; x < row.Length; x++)
        {
            var topRight = above[x + 1];
            left = row[x] = Pixels.Add(row[x], TRule.Foretell(left, topLeft, top, topRight));
            (topLeft, top) = (top, topRight);
        }
    }
}

/// <summary>Modes 12 and 13: gradients, kept within 0 and 255.</summary>
internal static class PredictorClamped
{
    /// <summary>Mode 12: left + top - topLeft.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Full(Span<uint> row, ReadOnlySpan<uint> above, int from)
    {
        var left = Wide(row[from - 1]);
        var topLeft = Wide(above[from - 1]);
        for (var x = from; x < row.Length; x++)
        {
            var top = Wide(above[x]);
            var pixel = Pixels.Add(row[x], Narrow(left + (top - topLeft)));
            row[x] = pixel;
            (left, topLeft) = (Wide(pixel), top);
        }
    }

    /// <summary>Mode 13: m + (m - topLeft) / 2 for m the mean of left and top; the quotient is rounded towards zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Half(Span<uint> row, ReadOnlySpan<uint> above, int from)
    {
        var left = row[from - 1];
        var topLeft = Wide(above[from - 1]);
        for (var x = from; x < row.Length; x++)
        {
            var mean = Wide(Pixels.Mean(left, above[x]));
            var difference = mean - topLeft;
            difference -= difference >> 15;
            left = row[x] = Pixels.Add(row[x], Narrow(mean + (difference >> 1)));
            topLeft = Wide(above[x]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Wide(uint pixel) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte()).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Narrow(Vector128<short> values)
    {
        var clipped = Vector128.Min(Vector128.Max(values, Vector128<short>.Zero), Vector128.Create((short)255));
        return Vector128.Narrow(clipped.AsUInt16(), clipped.AsUInt16()).AsUInt32().ToScalar();
    }
}

/// <summary>What four neighbours foretell, for the modes that need the pixel just done.</summary>
internal interface INeighbourRule
{
    static abstract uint Foretell(uint left, uint topLeft, uint top, uint topRight);
}

/// <summary>Mode 5.</summary>
internal readonly struct LeftTopRightTop : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) => Pixels.Mean(Pixels.Mean(left, topRight), top);
}

/// <summary>Mode 6.</summary>
internal readonly struct LeftTopLeft : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) => Pixels.Mean(left, topLeft);
}

/// <summary>Mode 7.</summary>
internal readonly struct LeftTop : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) => Pixels.Mean(left, top);
}

/// <summary>Mode 10.</summary>
internal readonly struct All : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) =>
        Pixels.Mean(Pixels.Mean(left, topLeft), Pixels.Mean(top, topRight));
}

/// <summary>Mode 11: left or top, whichever is nearer to left + top - topLeft.</summary>
internal readonly struct Select : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) =>
        Distance(left, topLeft) <= Distance(top, topLeft) ? top : left;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Distance(uint a, uint b)
    {
        var sum = 0;
        for (var shift = 0; shift < 32; shift += 8)
        {
            sum += Math.Abs((int)((a >> shift) & 0xff) - (int)((b >> shift) & 0xff));
        }

        return sum;
    }
}
