using Simile.Engine.Products;

namespace Simile.Engine.Convolutions;

/// <summary>A convolution packed as a matrix product: every place of the output is a row, its k·k pixels of the input side by side;
/// or, for 3 × 3 in fp32, as the sixteen products of Winograd's form. Immutable.</summary>
internal sealed class Convolution : IDisposable
{
    private const int Alignment = 4;

    private Convolution(ConvolutionWeights weights, PackedMatrix[] matrices)
    {
        (Matrices, Outputs, Inputs) = (matrices, weights.Outputs, PaddedChannels(weights.Inputs));
        Bias = weights.Bias;
        (Kernel, Stride, Padding) = (weights.Kernel, weights.Stride, weights.Padding);
    }

    /// <summary>One matrix, or sixteen in Winograd's form.</summary>
    public PackedMatrix[] Matrices { get; }

    public PackedMatrix Matrix => Matrices[0];

    /// <summary>Whether it is computed in Winograd's form.</summary>
    public bool IsWinograd => Matrices.Length > 1;

    /// <summary>(O).</summary>
    public float[] Bias { get; }

    public int Outputs { get; }

    /// <summary>Channels of the input, rounded up to a multiple of 4.</summary>
    public int Inputs { get; }

    public int Kernel { get; }

    public int Stride { get; }

    public int Padding { get; }

    /// <summary>Whether the rows of the product are the pixels of the input as they lie.</summary>
    public bool IsPointwise => Kernel == 1 && Stride == 1 && Padding == 0;

    /// <summary>Packs the weights.</summary>
    public static Convolution Pack(ComputePrecision precision, ConvolutionWeights weights)
    {
        if (WinogradWeights.Fits(precision, weights))
        {
            return new Convolution(weights, WinogradWeights.Pack(weights));
        }

        var (outputs, inputs, kernel) = (weights.Outputs, weights.Inputs, weights.Kernel);
        var channels = PaddedChannels(inputs);
        var depth = checked(kernel * kernel * channels);
        var rows = new float[checked(outputs * depth)];
        for (var output = 0; output < outputs; output++)
        {
            for (var channel = 0; channel < inputs; channel++)
            {
                for (var place = 0; place < kernel * kernel; place++)
                {
                    rows[(output * depth) + (place * channels) + channel] = weights.Weights[
                        (((output * inputs) + channel) * kernel * kernel) + place
                    ];
                }
            }
        }

        return new Convolution(weights, [PackedMatrix.Pack(precision, rows, outputs, depth, weights.Bias)]);
    }

    /// <summary>Channels as maps keep them: the kernels take four bytes at a time.</summary>
    public static int PaddedChannels(int channels) => (channels + Alignment - 1) / Alignment * Alignment;

    /// <summary>Rows or columns of the output.</summary>
    public int OutputSize(int size) => ((size + (2 * Padding) - Kernel) / Stride) + 1;

    public void Dispose() => Array.ForEach(Matrices, matrix => matrix.Dispose());
}

/// <summary>A convolution as a checkpoint has it, its batch norm already folded in.</summary>
/// <param name="Weights">(O, C, k, k), row-major, as PyTorch keeps them.</param>
/// <param name="Bias">(O).</param>
/// <param name="Outputs">O.</param>
/// <param name="Inputs">C.</param>
/// <param name="Kernel">k: rows and columns that it sees at once.</param>
/// <param name="Stride">Rows and columns from one place to the next.</param>
/// <param name="Padding">Rows and columns of zeros on each side.</param>
internal sealed record ConvolutionWeights(float[] Weights, float[] Bias, int Outputs, int Inputs, int Kernel, int Stride, int Padding);
