using Simile.Engine.Attention;
using Simile.Engine.Products;

namespace Simile.Engine.Tests.Attention;

/// <summary>Attention against its formula in 64-bit floats: lengths around every boundary of a tile, a panel and a block of keys.</summary>
public unsafe class AttentionHeadTests
{
    public static TheoryData<int, int, int, bool> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, bool>();
            foreach (var length in (int[])[1, 2, 11, 12, 13, 31, 32, 33, 64, 100, 513])
            {
                data.Add(length, 32, 0, false);
                data.Add(length, 20, 0, false);
                data.Add(length, 64, 8, false);
                data.Add(length, 48, 40, false);
                data.Add(length, 32, 0, true);
                data.Add(length, 20, 24, true);
            }

            data.Add(512, 32, 0, false);
            data.Add(1100, 16, 0, false);
            data.Add(1100, 16, 0, true);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TheContextIsThatOfTheFormula(int length, int size, int window, bool causal)
    {
        var random = new Random(length + size);
        var shape = AttentionShape.Of(1, size, window, causal);
        var input = Enumerable.Range(0, length * 3 * size).Select(_ => (random.NextSingle() * 4) - 2).ToArray();
        var bias = Enumerable.Range(0, (2 * length) + 1).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var expected = Formula(input, length, shape, bias);
        foreach (var level in Enum.GetValues<InstructionLevel>())
        {
            Compare(expected, Forward(ComputePrecision.Float32, level, input, length, shape, bias), 2e-5);
            Compare(expected, Forward(ComputePrecision.BFloat16, level, input, length, shape, bias), 0.06);
        }
    }

    private static float[] Forward(
        ComputePrecision precision,
        InstructionLevel level,
        float[] input,
        int length,
        AttentionShape shape,
        float[] bias
    )
    {
        var size = shape.HeadSize;
        using var scratch = new AttentionScratch();
        var context = new float[length * size];
        var scaled = bias.Select(value => value * MathF.Sqrt(size)).ToArray();
        fixed (float* source = input)
        fixed (float* target = context)
        fixed (float* biases = scaled)
        {
            var head = new HeadInput
            {
                Queries = source,
                Keys = source + size,
                Values = source + (2 * size),
                Stride = 3 * size,
                Length = length,
                Context = target,
                ContextStride = size,
                Bias = biases + length,
            };
            AttentionHead.Forward(TileKernels.Create(precision, level), shape, head, scratch);
        }

        return context;
    }

    private static double[] Formula(float[] input, int length, AttentionShape shape, float[] bias)
    {
        var (size, window) = (shape.HeadSize, shape.Window);
        var context = new double[length * size];
        for (var i = 0; i < length; i++)
        {
            var keys = Enumerable
                .Range(0, length)
                .Where(j => (window == 0 || Math.Abs(i - j) <= window) && (!shape.Causal || j <= i))
                .ToArray();
            var scores = Array.ConvertAll(
                keys,
                j =>
                    (
                        Enumerable.Range(0, size).Sum(k => (double)input[(i * 3 * size) + k] * input[(j * 3 * size) + size + k])
                        / Math.Sqrt(size)
                    ) + bias[length + j - i]
            );
            var weights = Array.ConvertAll(scores, score => Math.Exp(score - scores.Max()));
            for (var k = 0; k < size; k++)
            {
                context[(i * size) + k] = keys.Select((j, n) => weights[n] * input[(j * 3 * size) + (2 * size) + k]).Sum() / weights.Sum();
            }
        }

        return context;
    }

    private static void Compare(double[] expected, float[] actual, double tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < tolerance, $"value {i} is {actual[i]} instead of {expected[i]}");
        }
    }
}
