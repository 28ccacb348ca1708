using Simile.Engine.Kernels;
using Simile.Tokenization;
using Simile.Training.Alignment;
using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Distillation;

/// <summary>Trains a table of token vectors so that the means of texts' tokens lie to one another as their teachers' vectors do.</summary>
internal sealed class DistillationTrainer
{
    private readonly DistillationOptions _options;
    private readonly TokenPool _pool = new();
    private readonly TokenSpan[] _texts;
    private readonly PinnedMatrix _joined;
    private readonly PinnedMatrix _reduced;
    private readonly MeanPooler _encoder;
    private readonly TableGradient _tableGradient;
    private readonly SimilarityLoss _loss;
    private readonly TextBatch _batch;
    private readonly PinnedMatrix _vectors;
    private readonly PinnedMatrix _gradient;
    private readonly PinnedMatrix _targets;
    private readonly PinnedMatrix _sources;
    private readonly PinnedMatrix _wanted;
    private readonly int[] _order;
    private long _epoch = -1;

    /// <summary>Prepares a training from its beginning.</summary>
    /// <param name="texts">The texts (N).</param>
    /// <param name="tokenizer">The student's tokenizer (V).</param>
    /// <param name="space">What the teachers say of the texts.</param>
    /// <param name="tokens">What the teachers say of the student's tokens, reduced, (V, D).</param>
    /// <param name="options">The recipe.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/> when the tokenizer knows nothing of the texts.</exception>
    public DistillationTrainer(
        IReadOnlyList<string> texts,
        ITokenizer tokenizer,
        TeacherSpace space,
        PinnedMatrix tokens,
        DistillationOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(space);
        _options = options;
        _joined = space.Joined;
        _reduced = space.Reduce(_joined);
        _texts = [.. new CorpusTokenizer(tokenizer, _pool, options.Threads).TokenizeTexts(texts)];
        _order = [.. Enumerable.Range(0, texts.Count).Where(i => _texts[i].Length > 0)];
        Left = texts.Count - _order.Length;
        if (_order.Length < 2)
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                $"The student's tokenizer knows a token of {_order.Length} of the corpus's {texts.Count} texts; at least two are "
                    + "needed. Give a tokenizer of the corpus's language."
            );
        }

        Table = tokens;
        Begin(Table);
        var size = Math.Min(options.BatchSize, _order.Length);
        Adam = new SparseAdam(Table);
        _encoder = new MeanPooler(Table, options.Threads);
        _tableGradient = new TableGradient(Table, Adam, options.Threads);
        _loss = new SimilarityLoss(size, options);
        _batch = new TextBatch(size, options.MaxTokens);
        (_vectors, _gradient, _targets) = (new(size, Table.Columns), new(size, Table.Columns), new(size, Table.Columns));
        (_sources, _wanted) = (new(size, _joined.Columns), new(size, size));
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Steps of the whole training.</summary>
    public long Steps => (long)_options.Epochs * StepsAnEpoch;

    /// <summary>Texts that the student's tokenizer knows no token of.</summary>
    public int Left { get; }

    /// <summary>Token vectors, (V, D).</summary>
    public PinnedMatrix Table { get; }

    /// <summary>What was trained so far.</summary>
    public StaticTable Result => new(Table, _options.Dimensions, _options.LearningRate);

    private SparseAdam Adam { get; }

    private int StepsAnEpoch => _order.Length / _vectors.Rows;

    /// <summary>Does one step.</summary>
    /// <returns>The loss before it.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/> when the training has run away.</exception>
    public unsafe double Advance()
    {
        Draw(Step / StepsAnEpoch, (int)(Step % StepsAnEpoch));
        Step++;
        _encoder.Encode(_batch, _vectors);
        MatrixProduct.Multiply(
            _sources.View,
            _sources.View.Transposed,
            (float*)_wanted.Address,
            _wanted.Columns,
            accumulate: false,
            _options.Threads
        );
        var loss = _loss.Compute(_vectors, _targets, _wanted, _gradient);
        if (!double.IsFinite(loss))
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                $"At step {Step} the loss is {loss}: the training has left the finite numbers, and what it would write is no model. "
                    + $"Lower learning_rate ({_options.LearningRate})."
            );
        }

        _tableGradient.Apply(StaticTrainer.RateAt(Step, Steps, _options.LearningRate), Step, (_batch, _gradient));
        return loss;
    }

    /// <summary>Writes the whole state.</summary>
    public void Save(string path, string fingerprint) =>
        TrainingState.Save(path, Matrices, [("step", Step.ToString(System.Globalization.CultureInfo.InvariantCulture))], fingerprint);

    /// <summary>Goes back into a saved state.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.CheckpointMismatch"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public void Restore(string path, string fingerprint) =>
        Step = long.Parse(TrainingState.Restore(path, Matrices, fingerprint)["step"], System.Globalization.CultureInfo.InvariantCulture);

    private (string Name, PinnedMatrix Matrix)[] Matrices => [("table", Table), ("first", Adam.First), ("second", Adam.Second)];

    private void Draw(long epoch, int place)
    {
        if (epoch != _epoch)
        {
            // Each epoch has an order of its own, made from the corpus's, so that a resumed training meets the same one.
            Array.Sort(_order);
            var shuffle = SplitMix.For(_options.Seed, -1 - epoch);
            for (var i = _order.Length - 1; i > 0; i--)
            {
                var j = shuffle.Below(i + 1);
                (_order[i], _order[j]) = (_order[j], _order[i]);
            }

            _epoch = epoch;
        }

        var random = SplitMix.For(_options.Seed, Step + 1);
        _batch.Clear();
        for (var i = 0; i < _vectors.Rows; i++)
        {
            var text = _order[(place * _vectors.Rows) + i];
            _batch.Add(_pool[_texts[text]], [], _texts[text].Length > 3 ? _options.Dropout : 0, ref random);
            _joined.Row(text).CopyTo(_sources.Row(i));
            _reduced.Row(text).CopyTo(_targets.Row(i));
            UnitLength.Normalize(_targets.Row(i));
        }
    }

    // What all tokens have in common, being texts of one word, is taken off; common tokens begin shorter, since they say less.
    private void Begin(PinnedMatrix table)
    {
        var mean = UnitRows.MeanOf(table, [.. Enumerable.Range(0, table.Rows)]);
        var common = Array.ConvertAll(mean, value => (float)value);
        var counts = new int[table.Rows];
        foreach (var token in _pool.All)
        {
            counts[token]++;
        }

        for (var token = 0; token < table.Rows; token++)
        {
            var share = (double)counts[token] / _pool.Count;
            MeanPooler.Add(common, table.Row(token), -1);
            MeanPooler.Scale(table.Row(token), (float)(_options.FrequencyDamping / (_options.FrequencyDamping + share)));
        }
    }
}
