using System.Globalization;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>Passes over the pairs until the validation result no longer improves (early stopping; Prechelt 1998); the best parameters are
/// kept. Whole passes are saved and resumed, bit for bit.</summary>
internal sealed class GradientTraining
{
    private readonly IGradientModel _model;
    private readonly int[] _texts;
    private readonly AlignmentOptions _options;
    private readonly PinnedMatrix[] _best;
    private readonly int _batch;
    private double _bestScore = double.NegativeInfinity;
    private int _bestEpoch;
    private long _step;

    public GradientTraining(IGradientModel model, int[] texts, AlignmentOptions options)
    {
        (_model, _texts, _options, _batch) = (model, texts, options, BatchOf(texts.Length, options));
        _best = [.. model.Parameters.Select(parameter => new PinnedMatrix(parameter.Values.Rows, parameter.Values.Columns))];
    }

    /// <summary>Passes done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Mean loss of the last pass.</summary>
    public double Loss { get; private set; }

    /// <summary>Whether another pass makes no sense.</summary>
    public bool IsDone => Epoch >= _options.MaxEpochs || Epoch - _bestEpoch >= _options.Patience;

    /// <summary>Pairs a step: those of the options, or the multiple of 16 that the pairs fill.</summary>
    public static int BatchOf(int texts, AlignmentOptions options) => Math.Min(options.BatchSize, texts) / 16 * 16;

    /// <summary>One pass over the pairs in a new order; those that fill no batch wait for another pass.</summary>
    public void Advance()
    {
        var order = PairSplit.Shuffle([.. _texts], SplitMix.For(_options.Seed, ++Epoch));
        var sum = 0.0;
        for (var first = 0; first + _batch <= order.Length; first += _batch)
        {
            sum += _model.Compute(order.AsSpan(first, _batch));
            _step++;
            foreach (var parameter in _model.Parameters)
            {
                parameter.Update(_options.LearningRate, _step);
            }
        }

        Loss = sum / (order.Length / _batch);
        KeepIfBest(_model.Validate());
    }

    /// <summary>Puts the best parameters back.</summary>
    public void TakeBest()
    {
        for (var i = 0; i < _best.Length; i++)
        {
            _best[i].All.CopyTo(_model.Parameters[i].Values.All);
        }
    }

    public void Save(string path, string fingerprint) =>
        TrainingState.Save(
            path,
            State(),
            [
                ("epoch", Text(Epoch)),
                ("step", Text(_step)),
                ("best_epoch", Text(_bestEpoch)),
                ("best_score", _bestScore.ToString("R", CultureInfo.InvariantCulture)),
            ],
            fingerprint
        );

    public void Restore(string path, string fingerprint)
    {
        var facts = TrainingState.Restore(path, State(), fingerprint);
        (Epoch, _step, _bestEpoch) = ((int)Number(facts["epoch"]), Number(facts["step"]), (int)Number(facts["best_epoch"]));
        _bestScore = double.Parse(facts["best_score"], CultureInfo.InvariantCulture);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private IEnumerable<(string Name, PinnedMatrix Matrix)> State() =>
        _model.Parameters.SelectMany((parameter, i) => parameter.State.Append((parameter.Name + ".best", _best[i])));

    private void KeepIfBest(double score)
    {
        if (score <= _bestScore)
        {
            return;
        }

        (_bestScore, _bestEpoch) = (score, Epoch);
        for (var i = 0; i < _best.Length; i++)
        {
            _model.Parameters[i].Values.All.CopyTo(_best[i].All);
        }
    }
}

/// <summary>Something that learns by gradients.</summary>
internal interface IGradientModel
{
    /// <summary>What is learned.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The loss of a batch of texts with their pictures; fills the parameters' gradients.</summary>
    double Compute(ReadOnlySpan<int> texts);

    /// <summary>How good the parameters are on the validation pairs; higher is better.</summary>
    double Validate();
}

/// <summary>A trained matrix with its gradient and its moments.</summary>
internal sealed class Parameter
{
    private readonly SparseAdam _adam;

    public Parameter(string name, int rows, int columns)
    {
        (Name, Values, Gradient) = (name, new PinnedMatrix(rows, columns), new PinnedMatrix(rows, columns));
        _adam = new SparseAdam(Values);
    }

    public string Name { get; }

    public PinnedMatrix Values { get; }

    public PinnedMatrix Gradient { get; }

    /// <summary>Everything that a resumed training needs of it.</summary>
    public IEnumerable<(string Name, PinnedMatrix Matrix)> State =>
        [(Name, Values), (Name + ".first", _adam.First), (Name + ".second", _adam.Second)];

    /// <summary>Moves the values against the gradient.</summary>
    public void Update(float rate, long step)
    {
        for (var row = 0; row < Values.Rows; row++)
        {
            _adam.Update(row, Gradient.Row(row), rate, step);
        }
    }
}
