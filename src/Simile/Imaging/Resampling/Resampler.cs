using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Resampling;

/// <summary>Changes the size of pictures, bit for bit as Pillow's <c>Image.resize</c> does: columns first, then rows, each in 8 bits.</summary>
public static class Resampler
{
    private const int Colours = 3;
    private const int Half = 1 << (FilterWeights.Bits - 1);

    /// <summary>Resizes a picture.</summary>
    /// <param name="image">The picture; returned as it is when it has the size already.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="filter">How pixels are weighted.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, ResampleFilter filter)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (image.Width == width && image.Height == height)
        {
            return image;
        }

        return filter == ResampleFilter.Nearest ? Nearest(image, width, height) : Filtered(image, width, height, filter);
    }

    private static RgbImage Filtered(RgbImage image, int width, int height, ResampleFilter filter)
    {
        var rows = height == image.Height ? null : new FilterWeights(filter, image.Height, height);
        var (firstRow, endRow) = rows is null ? (0, height) : (rows.First(0), rows.End(height - 1));
        var narrow = width == image.Width ? null : Columns(image, new FilterWeights(filter, image.Width, width), firstRow, endRow);
        return rows is null ? narrow! : Rows(narrow ?? image, rows, narrow is null ? 0 : firstRow);
    }

    // Only the rows that the second pass reads.
    private static RgbImage Columns(RgbImage image, FilterWeights weights, int firstRow, int endRow)
    {
        var result = RgbImage.Uninitialized(weights.Count, endRow - firstRow);
        for (var y = firstRow; y < endRow; y++)
        {
            ColumnsOfRow(image.Row(y), weights, result.Writable.Slice((y - firstRow) * weights.Count * Colours, weights.Count * Colours));
        }

        return result;
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
                var pixel = first + i < lastPixel
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

    private static RgbImage Rows(RgbImage image, FilterWeights weights, int firstRow)
    {
        var result = RgbImage.Uninitialized(image.Width, weights.Count);
        var sums = new int[image.Width * Colours];
        for (var y = 0; y < weights.Count; y++)
        {
            Array.Fill(sums, Half);
            var factors = weights.Of(y);
            for (var i = 0; i < factors.Length; i++)
            {
                AddRow(image.Row(weights.First(y) - firstRow + i), factors[i], sums);
            }

            ClipRow(sums, result.Writable.Slice(y * sums.Length, sums.Length));
        }

        return result;
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
