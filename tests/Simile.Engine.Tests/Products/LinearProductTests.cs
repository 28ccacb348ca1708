using Simile.Engine.Functions;
using Simile.Engine.Memory;
using Simile.Engine.Products;

namespace Simile.Engine.Tests.Products;

public unsafe class LinearProductTests
{
    public static TheoryData<ComputePrecision, InstructionLevel> All
    {
        get
        {
            var data = new TheoryData<ComputePrecision, InstructionLevel>();
            foreach (var precision in Enum.GetValues<ComputePrecision>())
            {
                foreach (var level in Enum.GetValues<InstructionLevel>())
                {
                    data.Add(precision, level);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void EveryShapeIsThatOfTheScalarTwin(ComputePrecision precision, InstructionLevel level)
    {
        var random = new Random(7);
        for (var rows = 1; rows <= 26; rows++)
        {
            Check(precision, level, rows, 4 * random.Next(1, 40), random.Next(1, 100), random);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ARowsResultDependsOnNothingButTheRow(ComputePrecision precision, InstructionLevel level)
    {
        var random = new Random(3);
        const int Rows = 40,
            Depth = 100,
            Outputs = 70;
        var (values, weights) = (Draw(random, Rows * Depth), Draw(random, Outputs * Depth));
        using var matrix = PackedMatrix.Pack(precision, weights, Outputs, Depth, null);
        var together = Forward(precision, level, values, Rows, matrix, new TilePart(0, Rows, 0, matrix.Panels));
        for (var row = 0; row < Rows; row++)
        {
            var alone = Forward(
                precision,
                level,
                values.AsSpan(row * Depth, Depth).ToArray(),
                1,
                matrix,
                new TilePart(0, 1, 0, matrix.Panels)
            );
            Assert.Equal(together[(row * Outputs)..((row + 1) * Outputs)], alone);
        }
    }

    [Fact]
    public void Int8IsExactOnEveryInstructionSet()
    {
        var random = new Random(5);
        var (values, weights) = (Draw(random, 13 * 256), Draw(random, 40 * 256));
        using var matrix = PackedMatrix.Pack(ComputePrecision.Int8, weights, 40, 256, null);
        var results = Enum.GetValues<InstructionLevel>()
            .Select(level => Forward(ComputePrecision.Int8, level, values, 13, matrix, new TilePart(0, 13, 0, matrix.Panels)))
            .ToList();
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Fact]
    public void ExtremeInt8ValuesDoNotSaturate()
    {
        var (values, weights) = (Enumerable.Repeat(1f, 64).ToArray(), Enumerable.Repeat(1f, 32 * 64).ToArray());
        using var matrix = PackedMatrix.Pack(ComputePrecision.Int8, weights, 32, 64, null);
        foreach (var level in Enum.GetValues<InstructionLevel>())
        {
            Assert.All(
                Forward(ComputePrecision.Int8, level, values, 1, matrix, new TilePart(0, 1, 0, 1)),
                value => Assert.Equal(64, value, 4)
            );
        }
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    [InlineData(ComputePrecision.Int8)]
    public void LevelsWithOneNameForTheirBitsGiveTheSame(ComputePrecision precision)
    {
        var random = new Random(8);
        var (weights, values) = (Draw(random, 40 * 250), Draw(random, 13 * 250));
        using var matrix = PackedMatrix.Pack(precision, weights, 40, 250, null);
        var results = Enum.GetValues<InstructionLevel>()
            .Select(level =>
                (
                    TileKernels.Create(precision, level).Bits,
                    Sums: Forward(precision, level, values, 13, matrix, new TilePart(0, 13, 0, matrix.Panels))
                )
            );
        Assert.All(
            results.GroupBy(result => result.Bits),
            kind => Assert.All(kind, result => Assert.Equal(kind.First().Sums, result.Sums))
        );
    }

    private static void Check(ComputePrecision precision, InstructionLevel level, int rows, int depth, int outputs, Random random)
    {
        var (values, weights, bias) = (Draw(random, rows * depth), Draw(random, outputs * depth), Draw(random, outputs));
        using var matrix = PackedMatrix.Pack(precision, weights, outputs, depth, bias);
        var actual = Forward(precision, level, values, rows, matrix, new TilePart(0, rows, 0, matrix.Panels));
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < outputs; j++)
            {
                var expected = ScalarProduct.Of(precision, values.AsSpan(i * depth, depth), weights.AsSpan(j * depth, depth)) + bias[j];
                Assert.True(
                    Math.Abs(expected - actual[(i * outputs) + j]) < 1e-4 * Math.Sqrt(depth),
                    $"({rows}, {depth}, {outputs}) at ({i}, {j}): {actual[(i * outputs) + j]} instead of {expected}"
                );
            }
        }
    }

    private static float[] Forward(
        ComputePrecision precision,
        InstructionLevel level,
        float[] values,
        int rows,
        PackedMatrix matrix,
        TilePart part
    )
    {
        using var inputs = new ProductRows();
        using var memory = new NativeBuffer();
        inputs.Reserve(precision, rows, matrix.Depth);
        fixed (float* source = values)
        {
            for (var i = 0; i < rows; i++)
            {
                inputs.Set(precision, i, source + (i * matrix.Depth), matrix.Depth);
            }
        }

        var stride = RowStride.Of(matrix.Outputs * sizeof(float));
        var output = new TileOutput { Target = memory.Reserve((long)stride * rows), Stride = stride };
        LinearProduct.Forward(TileKernels.Create(precision, level), inputs, matrix, part, output, ActivationKind.Identity);
        var result = new float[rows * matrix.Outputs];
        for (var i = 0; i < rows; i++)
        {
            new ReadOnlySpan<float>(output.Target + ((long)i * stride), matrix.Outputs).CopyTo(result.AsSpan(i * matrix.Outputs));
        }

        return result;
    }

    private static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
