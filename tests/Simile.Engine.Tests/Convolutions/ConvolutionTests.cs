using Simile.Engine.Convolutions;
using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Tests.Convolutions;

public unsafe class ConvolutionTests
{
    /// <summary>Inputs, outputs, kernel, stride, height, width: gathered, pointwise and Winograd's form, odd sizes, channels that fill no
    /// vector.</summary>
    public static TheoryData<int, int, int, int, int, int> Shapes =>
        new()
        {
            { 3, 8, 7, 2, 13, 11 },
            { 4, 12, 1, 1, 5, 3 },
            { 8, 20, 1, 2, 9, 4 },
            { 20, 36, 3, 2, 7, 7 },
            { 16, 16, 3, 1, 5, 6 },
            { 32, 32, 3, 1, 1, 1 },
            { 32, 48, 3, 1, 7, 5 },
            { 64, 32, 3, 1, 8, 3 },
            { 256, 16, 3, 1, 14, 13 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void IsThePlainSum(int inputs, int outputs, int kernel, int stride, int height, int width)
    {
        var random = new Random(inputs + (outputs * height));
        var weights = new ConvolutionWeights(
            Draw(random, outputs * inputs * kernel * kernel),
            Draw(random, outputs),
            outputs,
            inputs,
            kernel,
            stride,
            kernel / 2
        );
        using var team = new WorkerTeam(3);
        foreach (var precision in Enum.GetValues<ComputePrecision>())
        {
            using var convolution = Convolution.Pack(precision, weights);
            using var step = new ConvolutionStep(TileKernels.Create(precision));
            using var input = Map(random, images: 2, height, width, inputs);
            using var addend = Map(random, images: 2, convolution.OutputSize(height), convolution.OutputSize(width), outputs);
            using var output = new FeatureMap();
            step.Forward(convolution, input, output, addend, ActivationKind.Relu, team);
            Compare(
                weights,
                input,
                output,
                addend,
                precision switch
                {
                    ComputePrecision.Float32 => 2e-5,
                    ComputePrecision.BFloat16 => 0.02,
                    _ => 0.05,
                }
            );
        }
    }

    [Theory]
    [InlineData(48, nameof(ActivationKind.Relu))]
    [InlineData(48, nameof(ActivationKind.Identity))]
    [InlineData(20, nameof(ActivationKind.Identity))]
    public void TheLargestValueOfEachImageIsKnownWhereItIsTold(int outputs, string activation)
    {
        var random = new Random(outputs);
        using var team = new WorkerTeam(3);
        using var convolution = Convolution.Pack(
            ComputePrecision.Int8,
            new ConvolutionWeights(Draw(random, outputs * 8), Draw(random, outputs), outputs, 8, 1, 1, 0)
        );
        using var step = new ConvolutionStep(TileKernels.Create(ComputePrecision.Int8));
        using var input = Map(random, images: 3, 29, 31, 8);
        using var output = new FeatureMap();
        step.Forward(convolution, input, output, null, Enum.Parse<ActivationKind>(activation), team);
        var largest = Enumerable
            .Range(0, 3)
            .Select(image =>
                Enumerable
                    .Range(0, 29 * 31)
                    .Max(place => Enumerable.Range(0, outputs).Max(channel => MathF.Abs(output.Pixel((image * 29 * 31) + place)[channel])))
            )
            .ToArray();
        Assert.Equal(outputs % 16 == 0 ? largest : null, output.Largest);
    }

    [Fact]
    public void MaxPoolingTakesTheLargestOfNine()
    {
        using var input = Map(new Random(5), images: 2, height: 7, width: 6, channels: 20);
        using var output = new FeatureMap();
        MapPooling.Max(input, output, team: null);
        Assert.Equal((4, 3), (output.Height, output.Width));
        for (var i = 0; i < output.Pixels * 20; i++)
        {
            var (pixel, channel) = (i / 20, i % 20);
            var (image, y, x) = (pixel / 12, pixel % 12 / 3, pixel % 3);
            var expected = Enumerable
                .Range(-1, 3)
                .SelectMany(dy =>
                    Enumerable.Range(-1, 3).Select(dx => At(input, image, (2 * y) + dy, (2 * x) + dx, channel) ?? double.MinValue)
                )
                .Max();
            Assert.Equal((float)expected, output.Pixel(pixel)[channel]);
        }
    }

    private static void Compare(ConvolutionWeights weights, FeatureMap input, FeatureMap output, FeatureMap addend, double tolerance)
    {
        for (var pixel = 0; pixel < output.Pixels; pixel++)
        {
            var (image, y, x) = (pixel / output.PixelsPerImage, pixel % output.PixelsPerImage / output.Width, pixel % output.Width);
            for (var channel = 0; channel < weights.Outputs; channel++)
            {
                var (sum, size) = Sum(weights, input, image, y, x, channel);
                var expected = Math.Max(0, sum + addend.Pixel(pixel)[channel]);
                Assert.InRange(Math.Abs(output.Pixel(pixel)[channel] - expected), 0, tolerance * (1 + Math.Sqrt(size)));
            }
        }
    }

    // The sum, and the sum of its parts' squares, which tells how large an error may be.
    private static (double Sum, double Size) Sum(ConvolutionWeights weights, FeatureMap input, int image, int y, int x, int output)
    {
        var (sum, size, kernel) = ((double)weights.Bias[output], 0.0, weights.Kernel);
        for (var i = 0; i < weights.Inputs * kernel * kernel; i++)
        {
            var (channel, dy, dx) = (i / (kernel * kernel), i / kernel % kernel, i % kernel);
            var value =
                At(input, image, (y * weights.Stride) + dy - weights.Padding, (x * weights.Stride) + dx - weights.Padding, channel) ?? 0;
            var part = value * weights.Weights[(output * weights.Inputs * kernel * kernel) + i];
            (sum, size) = (sum + part, size + (part * part));
        }

        return (sum, size);
    }

    private static double? At(FeatureMap map, int image, int y, int x, int channel) =>
        y < 0 || x < 0 || y >= map.Height || x >= map.Width ? null : map.Pixel((((image * map.Height) + y) * map.Width) + x)[channel];

    private static FeatureMap Map(Random random, int images, int height, int width, int channels)
    {
        var map = new FeatureMap();
        map.Reserve(images, height, width, Convolution.PaddedChannels(channels));
        for (var i = 0; i < map.Pixels * map.Channels; i++)
        {
            map.Pixel(i / map.Channels)[i % map.Channels] = i % map.Channels < channels ? (random.NextSingle() * 2) - 1 : 0;
        }

        return map;
    }

    private static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
