using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Resampling;

/// <summary>Changes the size of pictures, bit for bit as Pillow's <c>Image.resize</c> does: columns first, then rows, each in 8
/// bits.</summary>
internal static class Resampler
{
    private const int Colours = 3;
    private const long MaxNumbers = 64L << 20;
    private const int Half = 1 << (FilterWeights.Bits - 1);

    /// <summary>Resizes a picture.</summary>
    /// <param name="image">The picture; returned as it is when it has the size already.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="filter">How pixels are weighted.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ImageTooLarge"/> for a result, or a strip on the way to it, of more than 64
    /// million numbers.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height, ResampleFilter filter)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (image.Width == width && image.Height == height)
        {
            return image;
        }

        RequireBounded(image, width, height, filter);
        return filter == ResampleFilter.Nearest ? Nearest(image, width, height) : Filtered(image, width, height, filter);
    }

    // What a picture costs beside its own pixels and those of the result: rows between the passes, in time, and weights, in memory.
    private static void RequireBounded(RgbImage image, int width, int height, ResampleFilter filter)
    {
        var between = width == image.Width || filter == ResampleFilter.Nearest ? 0 : (long)width * image.Height;
        var weights =
            filter == ResampleFilter.Nearest
                ? 0
                : Math.Max(FilterWeights.Needed(filter, image.Width, width), FilterWeights.Needed(filter, image.Height, height));
        var largest = Math.Max(Math.Max(between, weights), (long)width * height);
        if (largest > MaxNumbers)
        {
            throw new SimileException(
                ErrorCode.ImageTooLarge,
                $"A picture of {image.Width} × {image.Height} pixels takes {largest} numbers on its way to {width} × {height}, and "
                    + $"the limit is {MaxNumbers}. Cut the long side first."
            );
        }
    }

    // Columns first, as Pillow: each row on its way into the sums of the rows that it belongs to, so that no picture lies between the two
    // passes.
    private static RgbImage Filtered(RgbImage image, int width, int height, ResampleFilter filter)
    {
        var columns = width == image.Width ? null : new FilterWeights(filter, image.Width, width);
        if (height == image.Height)
        {
            var narrow = RgbImage.Uninitialized(width, height);
            for (var y = 0; y < height; y++)
            {
                ColumnsOfRow(image.Row(y), columns!, narrow.Writable.Slice(y * width * Colours, width * Colours));
            }

            return narrow;
        }

        return Rows(image, columns, new FilterWeights(filter, image.Height, height), width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ColumnsOfRow(ReadOnlySpan<byte> source, FilterWeights weights, Span<byte> target)
    {
        // The last pixel is read with a byte too many elsewhere; here it is added by itself.
        var lastPixel = (source.Length / Colours) - 1;
        for (var x = 0; x < weights.Count; x++)
        {
            var factors = weights.Of(x);
            var first = weights.First(x);
            var sums = Vector128.Create(Half);
            for (var i = 0; i < factors.Length; i++)
            {
                var at = (first + i) * Colours;
                var pixel =
                    first + i < lastPixel
                        ? MemoryMarshal.Read<uint>(source[at..])
                        : (uint)(source[at] | (source[at + 1] << 8) | (source[at + 2] << 16));
                var bytes = Vector128.CreateScalarUnsafe(pixel).AsByte();
                sums += Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32() * Vector128.Create(factors[i]);
            }

            Clip(sums, target.Slice(x * Colours, Colours));
        }
    }

    private static void Clip(Vector128<int> sums, Span<byte> pixel)
    {
        var values = Vector128.Min(Vector128.Max(sums >> FilterWeights.Bits, Vector128<int>.Zero), Vector128.Create(255));
        (pixel[0], pixel[1], pixel[2]) = ((byte)values[0], (byte)values[1], (byte)values[2]);
    }

    // A row of the output is open from the first row of the input that it sees to the last; both only grow, so open rows are a queue.
    private static RgbImage Rows(RgbImage image, FilterWeights? columns, FilterWeights rows, int width)
    {
        var result = RgbImage.Uninitialized(width, rows.Count);
        var (open, free) = (new Queue<int[]>(), new Stack<int[]>());
        var (row, first) = (new byte[width * Colours], 0);
        for (var y = rows.First(0); y < rows.End(rows.Count - 1); y++)
        {
            while (first + open.Count < rows.Count && rows.First(first + open.Count) <= y)
            {
                var sums = free.TryPop(out var used) ? used : new int[width * Colours];
                Array.Fill(sums, Half);
                open.Enqueue(sums);
            }

            AddToOpen(SourceRow(image.Row(y), columns, row), rows, y, first, open);
            while (open.Count > 0 && rows.End(first) == y + 1)
            {
                ClipRow(open.Peek(), result.Writable.Slice(first++ * width * Colours, width * Colours));
                free.Push(open.Dequeue());
            }
        }

        return result;
    }

    private static ReadOnlySpan<byte> SourceRow(ReadOnlySpan<byte> source, FilterWeights? columns, byte[] row)
    {
        if (columns is null)
        {
            return source;
        }

        ColumnsOfRow(source, columns, row);
        return row;
    }

    private static void AddToOpen(ReadOnlySpan<byte> row, FilterWeights rows, int y, int first, Queue<int[]> open)
    {
        foreach (var sums in open)
        {
            AddRow(row, rows.Of(first)[y - rows.First(first)], sums);
            first++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow(ReadOnlySpan<byte> row, int factor, Span<int> sums)
    {
        var i = 0;
        for (; i <= row.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            var words = Vector256.WidenLower(Vector128.Create(row.Slice(i, Vector128<byte>.Count)).ToVector256Unsafe());
            var target = MemoryMarshal.Cast<int, Vector256<int>>(sums.Slice(i, Vector128<byte>.Count));
            target[0] += Vector256.WidenLower(words).AsInt32() * Vector256.Create(factor);
            target[1] += Vector256.WidenUpper(words).AsInt32() * Vector256.Create(factor);
        }

        for (; i < row.Length; i++)
        {
            sums[i] += row[i] * factor;
        }
    }

    private static void ClipRow(ReadOnlySpan<int> sums, Span<byte> row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = (byte)Math.Clamp(sums[i] >> FilterWeights.Bits, 0, 255);
        }
    }

    // Places are added up step by step in 64-bit floats, as Pillow does.
    private static RgbImage Nearest(RgbImage image, int width, int height)
    {
        var (columns, rows) = (Places(image.Width, width), Places(image.Height, height));
        var result = RgbImage.Uninitialized(width, height);
        for (var y = 0; y < height; y++)
        {
            var source = image.Row(rows[y]);
            var target = result.Writable.Slice(y * width * Colours, width * Colours);
            for (var x = 0; x < width; x++)
            {
                source.Slice(columns[x] * Colours, Colours).CopyTo(target[(x * Colours)..]);
            }
        }

        return result;
    }

    private static int[] Places(int input, int output)
    {
        var (places, step) = (new int[output], (double)input / output);
        var at = step * 0.5;
        for (var i = 0; i < output; i++, at += step)
        {
            places[i] = Math.Min(input - 1, (int)at);
        }

        return places;
    }
}
