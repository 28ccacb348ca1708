using Simile.Engine.Assembly;
using Simile.Engine.Memory;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>A feature map in the form that a precision's kernels read. Codes of 8 bits have one scale an image, so that any of its pixels
/// may stand side by side in a row.</summary>
internal sealed unsafe class MapCodes(ComputePrecision precision) : IDisposable
{
    private const int PixelsPerTask = 256;
    private const int NarrowChannels = 16;
    private readonly NativeBuffer _codes = new();
    private readonly NativeBuffer _sums = new();
    private readonly NativeBuffer _scales = new();

    /// <summary>The first pixel.</summary>
    public byte* Data { get; private set; }

    /// <summary>Bytes from one pixel to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Bytes of a pixel.</summary>
    public int PixelBytes { get; private set; }

    /// <summary>Σ codes of each pixel, for int8.</summary>
    public int* Sums => (int*)_sums.Data;

    /// <summary>The scale of each pixel, for int8; the same for all of an image.</summary>
    public float* Scales => (float*)_scales.Data;

    /// <summary>Converts a map.</summary>
    public void Set(FeatureMap map, WorkerTeam? team)
    {
        PixelBytes = map.Channels * sizeof(float) / TileShape.ValuesPerStep(precision);
        if (precision == ComputePrecision.Float32)
        {
            Data = map.Data;
            Stride = map.Stride;
            return;
        }

        Stride = FeatureMap.PixelStride(PixelBytes);
        Data = _codes.Reserve((long)Stride * map.Pixels);
        _sums.ReserveFloats(map.Pixels);
        _scales.ReserveFloats(map.Pixels);
        var tasks = (map.PixelsPerImage + PixelsPerTask - 1) / PixelsPerTask;
        for (var image = 0; image < map.Images; image++)
        {
            var first = image * map.PixelsPerImage;
            var largest = precision == ComputePrecision.Int8 ? map.Largest?[image] ?? LargestOf(map, first, team, tasks) : 0;
            WorkSteps.Run(
                team,
                tasks,
                task =>
                    Convert(map, first + (task * PixelsPerTask), first + Math.Min(map.PixelsPerImage, (task + 1) * PixelsPerTask), largest)
            );
        }
    }

    public void Dispose()
    {
        _codes.Dispose();
        _sums.Dispose();
        _scales.Dispose();
    }

    private static float LargestOf(FeatureMap map, int first, WorkerTeam? team, int tasks)
    {
        var largest = new float[tasks];
        WorkSteps.Run(
            team,
            tasks,
            task =>
            {
                var (start, end) = (task * PixelsPerTask, Math.Min(map.PixelsPerImage, (task + 1) * PixelsPerTask));
                if (map.IsDense)
                {
                    largest[task] = Int8Rows.LargestMagnitude(map.Pixel(first + start), (end - start) * map.Channels);
                    return;
                }

                for (var pixel = start; pixel < end; pixel++)
                {
                    largest[task] = MathF.Max(largest[task], Int8Rows.LargestMagnitude(map.Pixel(first + pixel), map.Channels));
                }
            }
        );
        return largest.Max();
    }

    private void Convert(FeatureMap map, int first, int end, float largest)
    {
        var target = Data + ((nint)first * Stride);
        if (precision == ComputePrecision.Int8)
        {
            new Span<float>(Scales + first, end - first).Fill(Int8Rows.Scale(largest));
        }

        // Pixels narrower than a vector lie side by side: all of them are one row.
        if (map.Channels < NarrowChannels && map.IsDense && Stride == PixelBytes)
        {
            ConvertRow(map.Pixel(first), target, (end - first) * map.Channels, largest);
            for (var pixel = first; precision == ComputePrecision.Int8 && pixel < end; pixel++, target += Stride)
            {
                Sums[pixel] = SumOf((sbyte*)target, map.Channels);
            }

            return;
        }

        for (var pixel = first; pixel < end; pixel++, target += Stride)
        {
            var sum = ConvertRow(map.Pixel(pixel), target, map.Channels, largest);
            if (precision == ComputePrecision.Int8)
            {
                Sums[pixel] = sum;
            }
        }
    }

    private int ConvertRow(float* source, byte* target, int count, float largest)
    {
        if (precision == ComputePrecision.Int8)
        {
            return Int8Rows.Encode(source, (sbyte*)target, count, Int8Rows.InverseScale(largest));
        }

        BFloat16Rows.Convert(source, (ushort*)target, count);
        return 0;
    }

    private static int SumOf(sbyte* codes, int count)
    {
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += codes[i];
        }

        return sum;
    }
}
