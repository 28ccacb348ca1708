using System.Numerics;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>Pooling over feature maps.</summary>
internal static unsafe class MapPooling
{
    private const int Window = 3;

    /// <summary>The largest of 3 × 3 pixels, every second row and column, padded by 1 (ResNet's stem).</summary>
    public static void Max(FeatureMap input, FeatureMap output, WorkerTeam? team)
    {
        output.Reserve(input.Images, ((input.Height - 1) / 2) + 1, ((input.Width - 1) / 2) + 1, input.Channels);
        WorkSteps.Run(team, output.Images * output.Height, row =>
        {
            var (image, y) = (row / output.Height, row % output.Height);
            for (var x = 0; x < output.Width; x++)
            {
                MaxAt(input, image, (2 * y) - 1, (2 * x) - 1, output.Pixel((row * output.Width) + x));
            }
        });
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

    private static void MaxAt(FeatureMap input, int image, int top, int left, float* target)
    {
        var isFirst = true;
        for (var y = Math.Max(0, top); y < Math.Min(input.Height, top + Window); y++)
        {
            for (var x = Math.Max(0, left); x < Math.Min(input.Width, left + Window); x++)
            {
                var pixel = new ReadOnlySpan<float>(input.Pixel((((image * input.Height) + y) * input.Width) + x), input.Channels);
                var largest = new Span<float>(target, input.Channels);
                if (isFirst)
                {
                    pixel.CopyTo(largest);
                }
                else
                {
                    TakeLarger(pixel, largest);
                }

                isFirst = false;
            }
        }
    }

    private static void TakeLarger(ReadOnlySpan<float> values, Span<float> largest)
    {
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Max(new Vector<float>(values[i..]), new Vector<float>(largest[i..])).CopyTo(largest[i..]);
        }

        for (; i < values.Length; i++)
        {
            largest[i] = MathF.Max(values[i], largest[i]);
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
