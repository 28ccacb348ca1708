using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

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
