using Simile.Engine.Kernels;

namespace Simile.Engine.Tests.Kernels;

/// <summary>The blocked product against three plain loops.</summary>
public unsafe class MatrixProductTests
{
    private readonly Random _random = new(3);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(12, 8, 32)]
    [InlineData(13, 7, 33)]
    [InlineData(97, 65, 100)]
    [InlineData(200, 1, 31)]
    public void AnyShapeAgreesWithPlainLoops(int rows, int depth, int columns)
    {
        var (a, b) = (Floats(rows * depth), Floats(depth * columns));
        var plain = Plain(a, b, rows, depth, columns);
        AssertClose(plain, Multiply(a, b, rows, depth, columns, transposed: false, threads: 2));
        AssertClose(
            plain,
            Multiply(Transpose(a, rows, depth), Transpose(b, depth, columns), rows, depth, columns, transposed: true, threads: 2)
        );
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        var (a, b) = (Floats(500 * 70), Floats(70 * 90));
        Assert.Equal(
            Multiply(a, b, 500, 70, 90, transposed: false, threads: 1),
            Multiply(a, b, 500, 70, 90, transposed: false, threads: 7)
        );
    }

    private static float[] Multiply(float[] a, float[] b, int rows, int depth, int columns, bool transposed, int threads)
    {
        var c = new float[rows * columns];
        fixed (
            float* left = a,
                right = b,
                target = c
        )
        {
            var x = transposed ? MatrixView.RowMajor(left, depth, rows, rows).Transposed : MatrixView.RowMajor(left, rows, depth, depth);
            var y = transposed
                ? MatrixView.RowMajor(right, columns, depth, depth).Transposed
                : MatrixView.RowMajor(right, depth, columns, columns);
            MatrixProduct.Multiply(x, y, target, columns, accumulate: false, threads);
            MatrixProduct.Multiply(x, y, target, columns, accumulate: true, threads);
        }

        return Array.ConvertAll(c, value => value / 2);
    }

    private static float[] Plain(float[] a, float[] b, int rows, int depth, int columns)
    {
        var c = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                c[(i * columns) + j] = (float)Enumerable.Range(0, depth).Sum(k => (double)a[(i * depth) + k] * b[(k * columns) + j]);
            }
        }

        return c;
    }

    private static float[] Transpose(float[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, columns).SelectMany(j => Enumerable.Range(0, rows).Select(i => values[(i * columns) + j]))];

    private static void AssertClose(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

    private float[] Floats(int length) => [.. Enumerable.Range(0, length).Select(_ => (_random.NextSingle() * 2) - 1)];
}
