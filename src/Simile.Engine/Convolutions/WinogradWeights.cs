using Simile.Engine.Products;

namespace Simile.Engine.Convolutions;

/// <summary>Weights of a 3 × 3 convolution in Winograd's form F(2 × 2, 3 × 3): G · g · Gᵀ for each output and input.</summary>
/// <remarks>Lavin and Gray 2015, section 4.1: 16 multiplications for four outputs instead of 36. Only sums, differences and halves are
/// taken, so it is nearly as exact as the direct form. Not for bfloat16 and int8, whose codes would lose what the differences
/// cancel.</remarks>
internal static class WinogradWeights
{
    /// <summary>Rows and columns of the transformed tiles.</summary>
    public const int Side = 4;

    /// <summary>Products there are.</summary>
    public const int Products = Side * Side;

    private const int LeastChannels = 32;

    // With more, reading sixteen matrices instead of nine costs more than the multiplications saved.
    private const int MostChannels = 256;

    /// <summary>Whether a convolution is computed in this form.</summary>
    public static bool Fits(ComputePrecision precision, ConvolutionWeights weights) =>
        precision == ComputePrecision.Float32
        && weights is { Kernel: 3, Stride: 1, Padding: 1, Inputs: >= LeastChannels and <= MostChannels, Outputs: <= MostChannels }
        && weights.Inputs % 16 == 0
        && weights.Outputs % 16 == 0;

    /// <summary>Packs the sixteen matrices (O, C), without the bias.</summary>
    public static PackedMatrix[] Pack(ConvolutionWeights weights)
    {
        var matrices = new float[Products][];
        for (var product = 0; product < Products; product++)
        {
            matrices[product] = new float[weights.Outputs * weights.Inputs];
        }

        Span<double> tile = stackalloc double[Products];
        for (var at = 0; at < weights.Outputs * weights.Inputs; at++)
        {
            Transform(weights.Weights.AsSpan(at * 9, 9), tile);
            for (var product = 0; product < Products; product++)
            {
                matrices[product][at] = (float)tile[product];
            }
        }

        return Array.ConvertAll(
            matrices,
            matrix => PackedMatrix.Pack(ComputePrecision.Float32, matrix, weights.Outputs, weights.Inputs, bias: null)
        );
    }

    private static void Transform(ReadOnlySpan<float> kernel, Span<double> tile)
    {
        Span<double> half = stackalloc double[Side * 3];
        for (var column = 0; column < 3; column++)
        {
            Expand(kernel[column], kernel[3 + column], kernel[6 + column], half[column..], 3);
        }

        for (var row = 0; row < Side; row++)
        {
            Expand(half[row * 3], half[(row * 3) + 1], half[(row * 3) + 2], tile[(row * Side)..], 1);
        }
    }

    // G · (a, b, c)ᵀ.
    private static void Expand(double a, double b, double c, Span<double> target, int step)
    {
        target[0] = a;
        target[step] = (a + b + c) / 2;
        target[2 * step] = (a - b + c) / 2;
        target[3 * step] = c;
    }
}
