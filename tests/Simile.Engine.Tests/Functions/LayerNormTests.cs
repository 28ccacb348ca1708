using Simile.Engine.Functions;

namespace Simile.Engine.Tests.Functions;

public unsafe class LayerNormTests
{
    [Fact]
    public void EveryLengthIsThatOfTheFormula()
    {
        var random = new Random(4);
        for (var length = 1; length <= 257; length++)
        {
            var draw = () => Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 6) - 3).ToArray();
            var (values, weight, bias, actual) = (draw(), draw(), draw(), new float[length]);
            fixed (float* source = values)
            fixed (float* target = actual)
            {
                new LayerNorm(weight, bias, 1e-5f).Forward(source, target);
            }

            var mean = values.Average(value => (double)value);
            var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + 1e-5);
            for (var i = 0; i < length; i++)
            {
                Assert.Equal(((values[i] - mean) / deviation * weight[i]) + bias[i], actual[i], 1e-4);
            }
        }
    }
}
