using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Static.Pairs;

namespace Simile.Training.Static;

/// <summary>Trains a table of token vectors so that the means of two texts that belong together point the same way.</summary>
public sealed class StaticTrainer
{
    // Two pairs that differ have three texts at least.
    private const int FewestTexts = 3;
    private readonly StaticTrainerOptions _options;
    private readonly IPairSource[] _sources;
    private readonly double[] _cumulative;
    private readonly PinnedMatrix _table;
    private readonly SparseAdam _adam;
    private readonly MeanPooler _encoder;
    private readonly ContrastiveLoss _loss;
    private readonly TableGradient _tableGradient;
    private readonly PairBatch _batch;
    private readonly PinnedMatrix _left;
    private readonly PinnedMatrix _right;
    private readonly PinnedMatrix _leftGradient;
    private readonly PinnedMatrix _rightGradient;

    private StaticTrainer(StaticTrainerOptions options, int vocabulary, TokenPool pool, IEnumerable<IPairSource> sources)
    {
        _options = options;
        _sources = [.. sources];
        _cumulative = Accumulate(_sources.Select(WeightOf));
        var dimensions = options.Dimensions.Max();
        _table = new PinnedMatrix(vocabulary, dimensions);
        _adam = new SparseAdam(_table);
        _encoder = new MeanPooler(_table, options.Threads);
        _loss = new ContrastiveLoss(options);
        _tableGradient = new TableGradient(_table, _adam, options.Threads);
        _batch = new PairBatch(options.BatchSize, options.MaxTokens, options.Dropout);
        (_left, _right) = (new(options.BatchSize, dimensions), new(options.BatchSize, dimensions));
        (_leftGradient, _rightGradient) = (new(options.BatchSize, dimensions), new(options.BatchSize, dimensions));
        TableInitializer.Fill(_table, pool, options);
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The names of the sources, how many pairs or texts each has, and how large a share of the batches it gets.</summary>
    public IReadOnlyList<(string Name, int Count, double Share)> Sources =>
        [
            .. _sources.Select(
                (source, i) => (source.Name, source.Count, (_cumulative[i] - (i == 0 ? 0 : _cumulative[i - 1])) / _cumulative[^1])
            ),
        ];

    /// <summary>Lines of the corpus that were no pair and were left out.</summary>
    public long LeftOut { get; private init; }

    /// <summary>Lines of <c>lines</c> and paragraphs of <c>prose</c> with too few known tokens to be cut in two; they were left
    /// out.</summary>
    public long TooShort { get; private init; }

    /// <summary>Token vectors, (V, D).</summary>
    internal PinnedMatrix Table => _table;

    internal SparseAdam Adam => _adam;

    /// <summary>What was trained so far.</summary>
    internal StaticTable Result => new(_table, _options.Dimensions, _options.LearningRate);

    /// <summary>Reads and tokenizes a corpus and prepares a training from its beginning.</summary>
    /// <param name="corpus">The folder with the recipe's files.</param>
    /// <param name="tokenizer">The tokenizer; at most 65,536 entries.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="progress">Hears how many documents were read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static StaticTrainer Prepare(
        string corpus,
        ITokenizer tokenizer,
        StaticTrainerOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        StaticTrainerOptionsCheck.Check(options, tokenizer.VocabularySize);
        CorpusReader.RequireDifferentLines(corpus, options.Sources);
        var pool = new TokenPool();
        var pairs = new PairSources(pool, tokenizer);
        var reader = new CorpusTokenizer(tokenizer, pool, options.Threads);
        var (documents, leftOut, different) = (0L, 0L, new HashSet<string>(StringComparer.Ordinal));
        foreach (var source in options.Sources)
        {
            foreach (var document in reader.Tokenize(CorpusReader.Read(corpus, source, () => leftOut++).Select(Seen)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                pairs.Add(source, document);
                progress?.Report(++documents);
            }
        }

        RequireKnown(options.SourceWeights, [.. pairs.Names]);
        IPairSource[] sources = [.. pairs.All().Where(source => options.SourceWeights.GetValueOrDefault(source.Name, 1) > 0)];
        return sources.Length > 0 && different.Count >= FewestTexts
            ? new StaticTrainer(options, tokenizer.VocabularySize, pool, sources) { LeftOut = leftOut, TooShort = pairs.TooShort }
            : throw new SimileException(
                ErrorCode.BadTrainingData,
                $"The corpus {corpus} gives no pairs to train on: {documents} documents were read {leftOut} lines left out and "
                    + $"{pairs.TooShort} too short. A training needs at least two different pairs of texts that belong together, from "
                    + "sources whose weight is not 0 (format pairs: text TAB text; lines: two known tokens a line; prose: ten)."
            );

        CorpusDocument Seen(CorpusDocument document)
        {
            if (different.Count < FewestTexts)
            {
                different.UnionWith(document.Texts().Take(FewestTexts));
            }

            return document;
        }
    }

    private static void RequireKnown(IReadOnlyDictionary<string, double> weights, IReadOnlyList<string> known)
    {
        if (weights.Keys.Except(known).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"source_weights names '{unknown}', which is no source of this recipe. Known are {string.Join(", ", known)}."
            );
        }
    }

    /// <summary>Does one step.</summary>
    /// <returns>The name of the source the batch came from, and its loss before the step.</returns>
    public (string Source, double Loss) Advance()
    {
        var random = SplitMix.For(_options.Seed, ++Step);
        var source = Draw(ref random);
        _batch.Clear();
        source.Fill(_batch, ref random);
        _encoder.Encode(_batch.Left, _left);
        _encoder.Encode(_batch.Right, _right);
        var loss = _loss.Compute(_left, _right, _batch.Groups, _leftGradient, _rightGradient);
        if (!double.IsFinite(loss))
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                $"At step {Step} the loss is {loss}: the training has left the finite numbers, and what it would write is no model. "
                    + $"Lower learning_rate ({_options.LearningRate}) or scale ({_options.Scale})."
            );
        }

        _tableGradient.Apply(
            RateAt(Step, _options.Steps, _options.LearningRate),
            Step,
            (_batch.Left, _leftGradient),
            (_batch.Right, _rightGradient)
        );
        return (source.Name, loss);
    }

    internal void ResumeAt(long step) => Step = step;

    /// <summary>The rate rises over the first 2 % of the steps and then falls along a cosine to nothing (Loshchilov and Hutter
    /// 2017).</summary>
    internal static float RateAt(long step, long steps, float highest)
    {
        var warmUp = Math.Max(1, steps / 50);
        var done = Math.Min(1, (double)step / steps);
        return highest * (float)(Math.Min(1, (double)step / warmUp) * 0.5 * (1 + Math.Cos(Math.PI * done)));
    }

    private double WeightOf(IPairSource source) =>
        Math.Pow(source.Count, _options.SizePower) * _options.SourceWeights.GetValueOrDefault(source.Name, 1);

    private static double[] Accumulate(IEnumerable<double> weights)
    {
        var sum = 0.0;
        return [.. weights.Select(weight => sum += weight)];
    }

    private IPairSource Draw(ref SplitMix random)
    {
        var at = random.Unit() * _cumulative[^1];
        var index = Array.FindIndex(_cumulative, sum => at < sum);
        return _sources[index < 0 ? ^1 : index];
    }
}

/// <summary>Random token vectors to begin with; common tokens begin shorter, since they say less.</summary>
internal static class TableInitializer
{
    private const float Length = 1;

    public static void Fill(PinnedMatrix table, TokenPool pool, StaticTrainerOptions options)
    {
        var counts = new int[table.Rows];
        foreach (var token in pool.All)
        {
            counts[token]++;
        }

        var deviation = Length / Math.Sqrt(table.Columns);
        for (var token = 0; token < table.Rows; token++)
        {
            var share = (double)counts[token] / Math.Max(1, pool.Count);
            var size = counts[token] == 0 ? 0 : (float)(deviation * options.FrequencyDamping / (options.FrequencyDamping + share));
            var random = SplitMix.For(options.Seed, -1 - token);
            foreach (ref var value in table.Row(token))
            {
                value = size * random.Normal();
            }
        }
    }
}
