using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Memory;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>Pictures between two layers: (N, H, W) rows of C channels. Grows on demand.</summary>
internal sealed unsafe class FeatureMap : IDisposable
{
    private const int NarrowBytes = 64;
    private readonly NativeBuffer _data = new();

    public int Images { get; private set; }

    public int Height { get; private set; }

    public int Width { get; private set; }

    public int Channels { get; private set; }

    /// <summary>Bytes from one pixel to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Whether pixels lie side by side without gaps.</summary>
    public bool IsDense => Stride == Channels * sizeof(float);

    public int PixelsPerImage => Height * Width;

    public int Pixels => Images * PixelsPerImage;

    public byte* Data => _data.Data;

    /// <summary>The largest magnitude of each image, or null when nobody has looked.</summary>
    public float[]? Largest { get; set; }

    /// <summary>Makes room; what was there is forgotten.</summary>
    public void Reserve(int images, int height, int width, int channels)
    {
        (Images, Height, Width, Channels) = (images, height, width, channels);
        Stride = PixelStride(channels * sizeof(float));
        Largest = null;
        _data.Reserve((long)Stride * Pixels);
    }

    /// <summary>Copies the only image of another map into the place of one of this map's.</summary>
    /// <param name="source">(1, H, W, C).</param>
    /// <param name="image">The place.</param>
    /// <param name="images">Images that this map is to hold; room is made with the first.</param>
    public void Take(FeatureMap source, int image, int images)
    {
        if (image == 0)
        {
            Reserve(images, source.Height, source.Width, source.Channels);
            Largest = source.Largest is null ? null : new float[images];
        }

        var bytes = (long)Stride * PixelsPerImage;
        Buffer.MemoryCopy(source.Data, Data + (bytes * image), bytes, bytes);
        Largest?[image] = source.Largest![0];
    }

    /// <summary>Bytes from one pixel to the next: narrow pixels lie close together, so that a run of them is one copy.</summary>
    public static int PixelStride(int pixelBytes) => pixelBytes < NarrowBytes ? pixelBytes : RowStride.Of(pixelBytes);

    /// <summary>The channels of a pixel, counted over all images.</summary>
    public float* Pixel(int pixel) => (float*)(Data + ((nint)pixel * Stride));

    public void Dispose() => _data.Dispose();
}

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

/// <summary>Pooling over feature maps.</summary>
internal static unsafe class MapPooling
{
    private const int Window = 3;
    private const int Lanes = 16;

    /// <summary>The largest of 3 × 3 pixels, every second row and column, padded by 1 (ResNet's stem).</summary>
    public static void Max(FeatureMap input, FeatureMap output, WorkerTeam? team)
    {
        output.Reserve(input.Images, ((input.Height - 1) / 2) + 1, ((input.Width - 1) / 2) + 1, input.Channels);
        WorkSteps.Run(
            team,
            output.Images * output.Height,
            row =>
            {
                var (image, y) = (row / output.Height, row % output.Height);
                for (var x = 0; x < output.Width; x++)
                {
                    MaxAt(input, image, (2 * y) - 1, (2 * x) - 1, output.Pixel((row * output.Width) + x));
                }
            }
        );

        // Every pixel is in some window, and the stem's values are not negative: the largest stays the largest.
        output.Largest = input.Largest;
    }

    /// <summary>The mean of an image's pixels, (C).</summary>
    public static void Mean(FeatureMap input, int image, Span<float> target)
    {
        target.Clear();
        for (var pixel = 0; pixel < input.PixelsPerImage; pixel++)
        {
            Add(new ReadOnlySpan<float>(input.Pixel((image * input.PixelsPerImage) + pixel), target.Length), target);
        }

        for (var i = 0; i < target.Length; i++)
        {
            target[i] /= input.PixelsPerImage;
        }
    }

    // A place beyond the edge stands for its neighbour within, which is in the window anyway.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaxAt(FeatureMap input, int image, int top, int left, float* target)
    {
        var places = stackalloc float*[Window * Window];
        for (var i = 0; i < Window * Window; i++)
        {
            var (y, x) = (Math.Clamp(top + (i / Window), 0, input.Height - 1), Math.Clamp(left + (i % Window), 0, input.Width - 1));
            places[i] = input.Pixel((((image * input.Height) + y) * input.Width) + x);
        }

        var channel = 0;
        for (; channel <= input.Channels - Lanes; channel += Lanes)
        {
            var largest = Vector512.Load(places[0] + channel);
            for (var i = 1; i < Window * Window; i++)
            {
                // Not the processor's own maximum, which drops NaN.
                largest = Vector512.Max(largest, Vector512.Load(places[i] + channel));
            }

            largest.Store(target + channel);
        }

        for (; channel < input.Channels; channel++)
        {
            target[channel] = places[0][channel];
            for (var i = 1; i < Window * Window; i++)
            {
                target[channel] = MathF.Max(target[channel], places[i][channel]);
            }
        }
    }

    private static void Add(ReadOnlySpan<float> values, Span<float> sums)
    {
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(values[i..]) + new Vector<float>(sums[i..])).CopyTo(sums[i..]);
        }

        for (; i < values.Length; i++)
        {
            sums[i] += values[i];
        }
    }
}
