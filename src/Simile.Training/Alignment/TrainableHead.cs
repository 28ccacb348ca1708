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
