using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Products;

namespace Simile.Engine.Convolutions;

/// <summary>The transforms of F(2 × 2, 3 × 3): 4 × 4 pixels into sixteen rows, and sixteen rows into 2 × 2 pixels.</summary>
internal static unsafe class WinogradTiles
{
    private const int Side = WinogradWeights.Side;
    private const int Lanes = 16;

    /// <summary>Bᵀ · d · B.</summary>
    /// <param name="pixels">Where the 4 × 4 pixels lie.</param>
    /// <param name="target">Gets row 0 of sixteen.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="channels">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, float* target, nint step, int channels)
    {
        var half = stackalloc float[Side * Side * Lanes];
        for (var channel = 0; channel < channels; channel += Lanes)
        {
            for (var column = 0; column < Side; column++)
            {
                var (a, b) = (Vector512.Load(pixels[column] + channel), Vector512.Load(pixels[Side + column] + channel));
                var (c, d) = (Vector512.Load(pixels[(2 * Side) + column] + channel), Vector512.Load(pixels[(3 * Side) + column] + channel));
                SpreadInput(a, b, c, d, half + (column * Lanes), Side * Lanes);
            }

            for (var row = 0; row < Side; row++)
            {
                var start = half + (row * Side * Lanes);
                SpreadInput(
                    Vector512.Load(start),
                    Vector512.Load(start + Lanes),
                    Vector512.Load(start + (2 * Lanes)),
                    Vector512.Load(start + (3 * Lanes)),
                    target + (row * Side * step) + channel,
                    step
                );
            }
        }
    }

    /// <summary>Aᵀ · m · A for sixteen channels: the 2 × 2 pixels, row by row.</summary>
    /// <param name="source">Row 0 of sixteen.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="target">Gets (4, 16).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* source, nint step, float* target)
    {
        var half = stackalloc float[2 * Side * Lanes];
        for (var column = 0; column < Side; column++)
        {
            var start = source + (column * step);
            GatherOutput(
                Vector512.Load(start),
                Vector512.Load(start + (Side * step)),
                Vector512.Load(start + (2 * Side * step)),
                Vector512.Load(start + (3 * Side * step)),
                half + (column * Lanes),
                Side * Lanes
            );
        }

        for (var row = 0; row < 2; row++)
        {
            var start = half + (row * Side * Lanes);
            GatherOutput(
                Vector512.Load(start),
                Vector512.Load(start + Lanes),
                Vector512.Load(start + (2 * Lanes)),
                Vector512.Load(start + (3 * Lanes)),
                target + (row * 2 * Lanes),
                Lanes
            );
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadInput(
        Vector512<float> a,
        Vector512<float> b,
        Vector512<float> c,
        Vector512<float> d,
        float* target,
        nint step
    )
    {
        (a - c).Store(target);
        (b + c).Store(target + step);
        (c - b).Store(target + (2 * step));
        (b - d).Store(target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherOutput(
        Vector512<float> a,
        Vector512<float> b,
        Vector512<float> c,
        Vector512<float> d,
        float* target,
        nint step
    )
    {
        (a + b + c).Store(target);
        (b - c - d).Store(target + step);
    }
}

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
    private const int MaxChannels = 256;

    /// <summary>Whether a convolution is computed in this form.</summary>
    public static bool Fits(ComputePrecision precision, ConvolutionWeights weights) =>
        precision == ComputePrecision.Float32
        && weights is { Kernel: 3, Stride: 1, Padding: 1, Inputs: >= LeastChannels and <= MaxChannels, Outputs: <= MaxChannels }
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
