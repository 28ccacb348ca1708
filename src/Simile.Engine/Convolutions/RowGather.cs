using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Products;

namespace Simile.Engine.Convolutions;

/// <summary>Collects the rows of a convolution for a few places of its output: the pixels that each sees, zeros where it sees beyond the
/// edge.</summary>
internal sealed unsafe class RowGather : IDisposable
{
    private const int MostShortBytes = 128;

    /// <summary>The rows.</summary>
    public ProductRows Rows { get; } = new();

    /// <summary>Collects the rows of places <paramref name="first"/> … <paramref name="end"/> − 1 of an output map.</summary>
    public void Collect(Convolution convolution, FeatureMap input, MapCodes codes, FeatureMap output, int first, int end)
    {
        var precision = convolution.Matrix.Precision;
        Rows.Reserve(precision, end - first, convolution.Matrix.Depth);
        for (var place = first; place < end; place++)
        {
            var image = place / output.PixelsPerImage;
            var within = place % output.PixelsPerImage;
            var y = (within / output.Width * convolution.Stride) - convolution.Padding;
            var x = (within % output.Width * convolution.Stride) - convolution.Padding;
            var target = Rows.Data + ((nint)(place - first) * Rows.Stride);
            var sum = 0;
            for (var row = y; row < y + convolution.Kernel; row++)
            {
                sum += CopyRow(input, codes, image, row, x, convolution.Kernel, ref target);
            }

            if (precision == ComputePrecision.Int8)
            {
                Rows.Sums[place - first] = sum;
                Rows.Scales[place - first] = codes.Scales[image * input.PixelsPerImage];
            }
        }
    }

    public void Dispose() => Rows.Dispose();

    // The pixels x … x + count − 1 of one row of the input.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CopyRow(FeatureMap input, MapCodes codes, int image, int row, int x, int count, ref byte* target)
    {
        if (codes.Stride == codes.PixelBytes && row >= 0 && row < input.Height && x >= 0 && x + count <= input.Width)
        {
            return CopyRun(codes, (((image * input.Height) + row) * input.Width) + x, count, ref target);
        }

        var sum = 0;
        var start = ((image * input.Height) + row) * input.Width;
        for (var column = x; column < x + count; column++, target += codes.PixelBytes)
        {
            if ((uint)row >= (uint)input.Height || (uint)column >= (uint)input.Width)
            {
                Unsafe.InitBlockUnaligned(target, 0, (uint)codes.PixelBytes);
                continue;
            }

            Unsafe.CopyBlockUnaligned(target, codes.Data + ((nint)(start + column) * codes.Stride), (uint)codes.PixelBytes);
            sum += codes.Sums == null ? 0 : codes.Sums[start + column];
        }

        return sum;
    }

    // Pixels that lie without gaps and are all there.
    private static int CopyRun(MapCodes codes, int first, int count, ref byte* target)
    {
        Copy(codes.Data + ((nint)first * codes.Stride), target, count * codes.PixelBytes);
        target += count * codes.PixelBytes;
        var sum = 0;
        for (var i = first; codes.Sums != null && i < first + count; i++)
        {
            sum += codes.Sums[i];
        }

        return sum;
    }

    // A stem's runs are so short that calling a routine for them would cost more than copying them.
    private static void Copy(byte* source, byte* target, int bytes)
    {
        if (bytes is < 16 or > MostShortBytes)
        {
            Unsafe.CopyBlockUnaligned(target, source, (uint)bytes);
            return;
        }

        for (var i = 0; i < bytes - 16; i += 16)
        {
            Vector128.Load(source + i).Store(target + i);
        }

        Vector128.Load(source + bytes - 16).Store(target + bytes - 16);
    }
}
