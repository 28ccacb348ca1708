using Simile.Engine.Kernels;

namespace Simile.Engine.Tests.Kernels;

public class HalfRowsTests
{
    [Fact]
    public void EveryFiniteHalfIsWidenedExactly()
    {
        Half[] all = [.. Enumerable.Range(0, 65_536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite)];
        var sum = new float[all.Length];
        HalfRows.Add(all, 0, sum, 1);
        Assert.Equal(all.Select(value => (float)value), sum);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(256)]
    public void RowsAreAddedWithTheirWeight(int dimensions)
    {
        var random = new Random(dimensions);
        Half[] table = [.. Enumerable.Range(0, 3 * dimensions).Select(_ => (Half)(random.NextSingle() - 0.5f))];
        var sum = Enumerable.Range(0, dimensions).Select(i => (float)i).ToArray();
        HalfRows.Add(table, 2, sum, 0.25f);
        Assert.Equal(Enumerable.Range(0, dimensions).Select(i => i + ((float)table[(2 * dimensions) + i] * 0.25f)), sum);
    }
}
