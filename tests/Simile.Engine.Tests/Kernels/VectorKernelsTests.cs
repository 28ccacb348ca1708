using Simile.Engine.Kernels;

namespace Simile.Engine.Tests.Kernels;

/// <summary>Every routine against its scalar twin at every length from 0 to 257.</summary>
public class VectorKernelsTests
{
    private readonly Random _random = new(7);

    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 258)];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void FloatsAgreeWithTheirScalarTwins(int length)
    {
        var (a, b) = (Floats(length), Floats(length));
        double dot = 0,
            squared = 0,
            absolute = 0;
        for (var i = 0; i < length; i++)
        {
            dot += (double)a[i] * b[i];
            squared += Math.Pow((double)a[i] - b[i], 2);
            absolute += Math.Abs((double)a[i] - b[i]);
        }

        Assert.Equal(dot, VectorKernels.Dot(a, b), 1e-4);
        Assert.Equal(squared, VectorKernels.SquaredDistance(a, b), 1e-4);
        Assert.Equal(absolute, VectorKernels.AbsoluteDistance(a, b), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void IntegersAreExact(int length)
    {
        var (a, b) = (Codes(length), Codes(length));
        Assert.Equal(a.Zip(b, (x, y) => x * y).Sum(), VectorKernels.Dot(a, b));
    }

    [Fact]
    public void ExtremeIntegersDoNotOverflow()
    {
        sbyte[] lowest = [.. Enumerable.Repeat(sbyte.MinValue, 256)];
        Assert.Equal(256 * 128 * 128, VectorKernels.Dot(lowest, lowest));
    }

    [Fact]
    public void HammingCountsDifferingBits()
    {
        Assert.Equal(3 + 64, VectorKernels.Hamming([0b1011, 0], [0, ulong.MaxValue]));
        Assert.Equal(0, VectorKernels.Hamming([], []));
    }

    [Fact]
    public void DifferentLengthsAreAnError()
    {
        var error = Assert.Throws<SimileException>(() => VectorKernels.Dot(Floats(3), Floats(4)));
        Assert.Equal(ErrorCode.SpaceMismatch, error.Code);
    }

    private float[] Floats(int length) => [.. Enumerable.Range(0, length).Select(_ => (_random.NextSingle() * 2) - 1)];

    private sbyte[] Codes(int length) => [.. Enumerable.Range(0, length).Select(_ => (sbyte)_random.Next(-128, 128))];
}
