using Simile.Engine.Kernels;
using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>The layers of both heads, as a method found them; ReLU stands between layers.</summary>
/// <param name="Text">The text head.</param>
/// <param name="Image">The image head.</param>
/// <param name="Note">What the method found out beside them, such as the penalty, for the report.</param>
internal sealed record HeadPair(IReadOnlyList<LinearMap> Text, IReadOnlyList<LinearMap> Image, string Note)
{
    /// <summary>A layer y = W · (x − mean).</summary>
    /// <param name="weights">W, (K, D).</param>
    /// <param name="mean">The mean of the inputs, (D).</param>
    public static LinearMap Centred(double[,] weights, double[] mean)
    {
        var (outputs, inputs) = (weights.GetLength(0), weights.GetLength(1));
        var (flat, bias) = (new float[outputs * inputs], new float[outputs]);
        for (var i = 0; i < outputs; i++)
        {
            var shift = 0.0;
            for (var j = 0; j < inputs; j++)
            {
                flat[(i * inputs) + j] = (float)weights[i, j];
                shift -= weights[i, j] * mean[j];
            }

            bias[i] = (float)shift;
        }

        return new LinearMap(inputs, outputs, flat, bias);
    }

    /// <summary>Sends rows (N, D) through a head, without the last normalization.</summary>
    public static unsafe PinnedMatrix Run(IReadOnlyList<LinearMap> layers, PinnedMatrix rows, int threads)
    {
        for (var i = 0; i < layers.Count; i++)
        {
            var outputs = new PinnedMatrix(rows.Rows, layers[i].Outputs);
            fixed (float* weights = layers[i].Weights.Span)
            {
                var view = MatrixView.RowMajor(weights, layers[i].Outputs, layers[i].Inputs, layers[i].Inputs);
                MatrixProduct.Multiply(rows.View, view.Transposed, (float*)outputs.Address, outputs.Columns, accumulate: false, threads);
            }

            Finish(outputs, layers[i].Bias.Span, isLast: i == layers.Count - 1);
            rows = outputs;
        }

        return rows;
    }

    private static void Finish(PinnedMatrix outputs, ReadOnlySpan<float> bias, bool isLast)
    {
        for (var i = 0; i < outputs.Rows; i++)
        {
            SideEncoder.Add(bias, outputs.Row(i), 1);
            if (!isLast)
            {
                LinearLayer.Rectify(outputs.Row(i));
            }
        }
    }
}
