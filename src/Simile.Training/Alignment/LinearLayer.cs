using Simile.Engine.Kernels;
using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>y = W · x + b over rows, and the gradients of W, b and x.</summary>
internal sealed class LinearLayer
{
    private readonly int _threads;

    /// <summary>Starts with weights that keep the size of what goes through: deviation 1 / √inputs (LeCun et al. 1998).</summary>
    public LinearLayer(string name, int inputs, int outputs, ref SplitMix random, int threads)
    {
        (Weights, Bias, _threads) = (new Parameter(name + ".weight", outputs, inputs), new Parameter(name + ".bias", 1, outputs), threads);
        foreach (ref var value in Weights.Values.All)
        {
            value = random.Normal() / MathF.Sqrt(inputs);
        }
    }

    /// <summary>W, (K, D).</summary>
    public Parameter Weights { get; }

    /// <summary>b, (1, K).</summary>
    public Parameter Bias { get; }

    public int Outputs => Weights.Values.Rows;

    public IEnumerable<Parameter> Parameters => [Weights, Bias];

    /// <summary>Sets negative values to zero.</summary>
    public static void Rectify(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = MathF.Max(value, 0);
        }
    }

    /// <summary>x (N, D) → y (N, K).</summary>
    public unsafe void Forward(PinnedMatrix x, PinnedMatrix y)
    {
        MatrixProduct.Multiply(x.View, Weights.Values.View.Transposed, (float*)y.Address, y.Columns, accumulate: false, _threads);
        for (var i = 0; i < y.Rows; i++)
        {
            SideEncoder.Add(Bias.Values.All, y.Row(i), 1);
        }
    }

    /// <summary>The gradients of W and b, and of x where it is wanted.</summary>
    public unsafe void Backward(PinnedMatrix x, PinnedMatrix yGradient, PinnedMatrix? xGradient)
    {
        MatrixProduct.Multiply(
            yGradient.View.Transposed,
            x.View,
            (float*)Weights.Gradient.Address,
            Weights.Gradient.Columns,
            accumulate: false,
            _threads
        );
        Bias.Gradient.All.Clear();
        for (var i = 0; i < yGradient.Rows; i++)
        {
            SideEncoder.Add(yGradient.Row(i), Bias.Gradient.All, 1);
        }

        if (xGradient is not null)
        {
            MatrixProduct.Multiply(
                yGradient.View,
                Weights.Values.View,
                (float*)xGradient.Address,
                xGradient.Columns,
                accumulate: false,
                _threads
            );
        }
    }

    /// <summary>The layer as it stands, for inputs that are first shifted by −mean and multiplied by <paramref name="scale"/>.</summary>
    public LinearMap Export(double[]? mean = null, float scale = 1)
    {
        float[] bias = [.. Bias.Values.All];
        var weights = Array.ConvertAll(Weights.Values.All.ToArray(), value => value * scale);
        for (var i = 0; mean is not null && i < bias.Length; i++)
        {
            var shift = 0.0;
            for (var j = 0; j < mean.Length; j++)
            {
                shift += weights[(i * mean.Length) + j] * mean[j];
            }

            bias[i] -= (float)shift;
        }

        return new LinearMap(Weights.Values.Columns, Outputs, weights, bias);
    }
}
