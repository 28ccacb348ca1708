using Simile.Engine.Products;

namespace Simile.Engine.Tests.Products;

public unsafe class RoundingTests
{
    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-1f, 0xBF80)]
    [InlineData(1.00390625f, 0x3F80)] // Half way, to the even neighbour below.
    [InlineData(1.01171875f, 0x3F82)] // Half way, to the even neighbour above.
    [InlineData(1.004f, 0x3F81)]
    [InlineData(0f, 0)]
    public void BFloat16IsRoundedToNearestEven(float value, int expected) => Assert.Equal(expected, BFloat16Rows.Round(value));

    [Fact]
    public void RowsOfEveryLengthAreRoundedLikeSingleValues()
    {
        var random = new Random(1);
        for (var length = 0; length <= 257; length++)
        {
            var values = Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 200) - 100).ToArray();
            var rounded = new ushort[length];
            fixed (float* source = values)
            fixed (ushort* target = rounded)
            {
                BFloat16Rows.Convert(source, target, length);
            }

            Assert.Equal(values.Select(BFloat16Rows.Round), rounded);
        }
    }

    [Fact]
    public void RowsOfEveryLengthAreQuantizedLikeTheScalarTwin()
    {
        var random = new Random(2);
        for (var length = 1; length <= 257; length++)
        {
            var values = Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 20) - 10).ToArray();
            var codes = new sbyte[length];
            float scale;
            int sum;
            fixed (float* source = values)
            fixed (sbyte* target = codes)
            {
                scale = Int8Rows.Quantize(source, target, length, out sum);
            }

            var largest = values.Max(MathF.Abs);
            Assert.Equal(largest / 127, scale);
            Assert.Equal(codes.Sum(code => code), sum);
            Assert.Equal(values.Select(value => (sbyte)MathF.Round(value * (127 / largest))), codes);
        }
    }

    [Fact]
    public void ARowOfZerosStaysZero()
    {
        var (values, codes) = (new float[40], new sbyte[40]);
        fixed (float* source = values)
        fixed (sbyte* target = codes)
        {
            Assert.Equal(0, Int8Rows.Quantize(source, target, 40, out var sum));
            Assert.Equal(0, sum);
        }

        Assert.All(codes, code => Assert.Equal(0, code));
    }
}
