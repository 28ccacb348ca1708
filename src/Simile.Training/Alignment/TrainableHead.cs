using Simile.Engine.Kernels;
using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>An alignment head in training: one linear layer, or two with ReLU between them, over centred inputs of mean square 1.</summary>
internal sealed class TrainableHead
{
    private readonly LinearLayer? _first;
    private readonly LinearLayer _last;
    private readonly PinnedMatrix _inputs;
    private readonly PinnedMatrix? _hidden;
    private readonly PinnedMatrix? _hiddenGradient;
    private readonly double[] _mean;
    private readonly float _scale;

    /// <summary>Starts a head.</summary>
    /// <param name="name">Its name in checkpoints.</param>
    /// <param name="mean">The mean of the inputs, (D).</param>
    /// <param name="spread">The root mean square of the centred inputs' values.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="outputs">Values of a joint vector.</param>
    /// <param name="options">Hidden layer and threads.</param>
    /// <param name="random">Where the weights come from.</param>
    public TrainableHead(string name, double[] mean, double spread, int batch, int outputs, AlignmentOptions options, ref SplitMix random)
    {
        (_mean, _scale, _inputs, Outputs, OutputGradient) = (
            mean,
            (float)(1 / spread),
            new(batch, mean.Length),
            new(batch, outputs),
            new(batch, outputs)
        );
        if (options.Hidden > 0)
        {
            _first = new LinearLayer(name + ".0", mean.Length, options.Hidden, ref random, options.Threads);
            (_hidden, _hiddenGradient) = (new(batch, options.Hidden), new(batch, options.Hidden));
        }

        _last = new LinearLayer(
            $"{name}.{(_first is null ? 0 : 1)}",
            options.Hidden > 0 ? options.Hidden : mean.Length,
            outputs,
            ref random,
            options.Threads
        );
    }

    /// <summary>What the last batch gave, (B, K).</summary>
    public PinnedMatrix Outputs { get; }

    /// <summary>Gets the gradient of <see cref="Outputs"/>, (B, K).</summary>
    public PinnedMatrix OutputGradient { get; }

    public IEnumerable<Parameter> Parameters => [.. _first?.Parameters ?? [], .. _last.Parameters];

    /// <summary>Sends some rows through.</summary>
    public void Forward(PinnedMatrix rows, ReadOnlySpan<int> which)
    {
        HeldOutPairs.Gather(rows, which, _inputs);
        for (var i = 0; i < which.Length; i++)
        {
            var row = _inputs.Row(i);
            for (var j = 0; j < row.Length; j++)
            {
                row[j] = (float)(row[j] - _mean[j]) * _scale;
            }
        }

        _first?.Forward(_inputs, _hidden!);
        LinearLayer.Rectify(_hidden is null ? [] : _hidden.All);
        _last.Forward(_hidden ?? _inputs, Outputs);
    }

    /// <summary>Turns <see cref="OutputGradient"/> into the parameters' gradients.</summary>
    public void Backward()
    {
        _last.Backward(_hidden ?? _inputs, OutputGradient, _hiddenGradient);
        if (_first is not null)
        {
            Mask(_hidden!.All, _hiddenGradient!.All);
            _first.Backward(_inputs, _hiddenGradient!, null);
        }
    }

    /// <summary>The head for inputs as they come, centring and scaling folded in.</summary>
    public LinearMap[] Export() => _first is null ? [_last.Export(_mean, _scale)] : [_first.Export(_mean, _scale), _last.Export()];

    private static void Mask(ReadOnlySpan<float> values, Span<float> gradient)
    {
        for (var i = 0; i < values.Length; i++)
        {
            gradient[i] = values[i] > 0 ? gradient[i] : 0;
        }
    }
}

/// <summary>The layers of both heads, as a method found them; ReLU stands between layers.</summary>
/// <param name="Text">The text head.</param>
/// <param name="Image">The image head.</param>
/// <param name="Note">What the method found out beside them, such as the penalty, for the report.</param>
internal sealed record HeadPair(IReadOnlyList<LinearMap> Text, IReadOnlyList<LinearMap> Image, string Note)
{
    /// <summary>The scale that contrastive heads learned, or null.</summary>
    public double? LogitScale { get; init; }

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
            MeanPooler.Add(bias, outputs.Row(i), 1);
            if (!isLast)
            {
                LinearLayer.Rectify(outputs.Row(i));
            }
        }
    }
}

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
            MeanPooler.Add(Bias.Values.All, y.Row(i), 1);
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
            MeanPooler.Add(yGradient.Row(i), Bias.Gradient.All, 1);
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
