using Simile.Engine.Functions;

namespace Simile.Engine.Tests.Functions;

/// <summary>The functions against their formulas in 64-bit floats.</summary>
public class ActivationTests
{
    private const double Tolerance = 2e-6;

    public static TheoryData<string> Kinds => [.. Enum.GetNames<ActivationKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryValueIsThatOfTheFormula(string name)
    {
        var kind = Enum.Parse<ActivationKind>(name);
        var inputs = Enumerable
            .Range(-4000, 8001)
            .Select(i => i * 0.005f)
            .Concat([0f, -0f, 1e-8f, -1e-8f, 100, -100, 1e4f, -1e4f])
            .ToArray();
        var outputs = inputs.ToArray();
        Activation.Apply(kind, outputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var expected = Formula(kind, inputs[i]);
            Assert.True(
                Math.Abs(expected - outputs[i]) <= Tolerance * Math.Max(1, Math.Abs(expected)),
                $"{kind}({inputs[i]}) is {outputs[i]} instead of {expected}"
            );
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TheLengthDoesNotMatter(string name)
    {
        var kind = Enum.Parse<ActivationKind>(name);
        var all = Enumerable.Range(0, 257).Select(i => (i - 128) * 0.03f).ToArray();
        var whole = all.ToArray();
        Activation.Apply(kind, whole);
        for (var length = 0; length <= 257; length++)
        {
            var part = all[..length];
            Activation.Apply(kind, part);
            Assert.Equal(whole[..length], part);
        }
    }

    private static double Formula(ActivationKind kind, double x) =>
        kind switch
        {
            ActivationKind.Identity => x,
            ActivationKind.Relu => Math.Max(x, 0),
            ActivationKind.Gelu => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
            ActivationKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
            ActivationKind.QuickGelu => x / (1 + Math.Exp(-1.702 * x)),
            ActivationKind.Silu => x / (1 + Math.Exp(-x)),
            _ => Math.Tanh(x),
        };

    // The series near zero, the continued fraction far from it; both to the last digits of 64 bits.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 3)
        {
            var f = 0.0;
            for (var k = 60; k > 0; k--)
            {
                f = k / 2.0 / (Math.Abs(x) + f);
            }

            return Math.Sign(x) * (1 - (Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (Math.Abs(x) + f)));
        }

        var (sum, term) = (x, x);
        for (var n = 1; n < 100; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
