using Simile.Engine.Products;

namespace Simile.Engine.Tests.Products;

/// <summary>The plain twin of the packed products: one row and one output at a time, in 64-bit floats, with the rounding that a precision
/// prescribes.</summary>
internal static class ScalarProduct
{
    public static double Of(ComputePrecision precision, ReadOnlySpan<float> row, ReadOnlySpan<float> weights)
    {
        var (rowScale, weightScale) = (Scale(precision, row), Scale(precision, weights));
        var sum = 0.0;
        for (var k = 0; k < row.Length; k++)
        {
            sum += Rounded(precision, row[k], rowScale) * Rounded(precision, weights[k], weightScale);
        }

        return sum;
    }

    private static double Scale(ComputePrecision precision, ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return precision == ComputePrecision.Int8 ? largest / 127f : 0;
    }

    private static double Rounded(ComputePrecision precision, float value, double scale) =>
        precision switch
        {
            ComputePrecision.Float32 => value,
            ComputePrecision.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BFloat16Rows.Round(value) << 16),
            _ => scale == 0 ? 0 : Math.Round(value / scale) * scale,
        };
}
