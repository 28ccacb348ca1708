using Simile.Monitoring;

namespace Simile.Tests.Monitoring;

/// <summary>The sketch against the sorted values themselves.</summary>
public class QuantileSketchTests
{
    private static readonly double[] Quantiles = [0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1];

    public static TheoryData<string> Distributions =>
        ["uniform", "latencies", "heavy", "both signs", "zeros", "equal", "wide", "rising", "falling"];

    [Theory]
    [MemberData(nameof(Distributions))]
    public void EveryQuantileIsWithinOnePercent(string distribution)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var values = Draw(distribution, new Random(seed), 1 + (seed * seed * 37));
            var sketch = new QuantileSketch();
            Array.ForEach(values, sketch.Add);
            AssertWithin(values, sketch);
        }
    }

    [Theory]
    [MemberData(nameof(Distributions))]
    public void PutTogetherIsTheSameAsAllAtOnce(string distribution)
    {
        var values = Draw(distribution, new Random(7), 5000);
        var (first, second) = (new QuantileSketch(), new QuantileSketch());
        Array.ForEach(values[..1700], first.Add);
        Array.ForEach(values[1700..], second.Add);
        first.Add(second);
        Assert.Equal(values.Length, first.Count);
        AssertWithin(values, first);
        second.Clear();
        Assert.True(double.IsNaN(second.Quantile(0.5)));
        Array.ForEach(values, second.Add);
        AssertWithin(values, second);
    }

    // More than 2,048 buckets: the upper quantiles keep their bound, the lowest values are put together.
    [Fact]
    public void BeyondAllMagnitudesTheHighQuantilesStayRight()
    {
        var random = new Random(4);
        double[] values =
        [
            .. Enumerable.Range(0, 4000).Select(_ => Math.Exp((random.NextDouble() * 600) - 300)).Where(value => value > 1e-12),
        ];
        var sketch = new QuantileSketch();
        Array.ForEach(values, sketch.Add);
        Array.Sort(values);
        foreach (var q in Quantiles.Where(q => values[(int)(q * (values.Length - 1))] > values[^1] / 6e17))
        {
            Assert.InRange(Error(values, sketch, q), 0, QuantileSketch.RelativeError + 1e-9);
        }
    }

    private static void AssertWithin(double[] values, QuantileSketch sketch)
    {
        var sorted = values.Order().ToArray();
        Assert.All(Quantiles, q => Assert.InRange(Error(sorted, sketch, q), 0, QuantileSketch.RelativeError + 1e-9));
    }

    private static double Error(double[] sorted, QuantileSketch sketch, double q)
    {
        var exact = sorted[(int)(q * (sorted.Length - 1))];
        var difference = Math.Abs(sketch.Quantile(q) - exact);
        return exact == 0 ? difference : difference / Math.Abs(exact);
    }

    private static double[] Draw(string distribution, Random random, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    distribution switch
                    {
                        "uniform" => random.NextDouble(),
                        "latencies" => Math.Exp(Normal(random) - 6),
                        "heavy" => 1 / Math.Pow(1 - random.NextDouble(), 2),
                        "both signs" => Normal(random) * 100,
                        "zeros" => random.Next(3) == 0 ? 0 : Normal(random),
                        "equal" => 0.125,
                        "rising" => 1e-9 * Math.Pow(1.02, i % 1900),
                        "falling" => 1e9 / Math.Pow(1.02, i % 1900),
                        _ => Math.Exp(random.NextDouble() * 38) * 1e-9,
                    }
                ),
        ];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
