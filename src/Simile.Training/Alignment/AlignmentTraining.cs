using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>Finds the heads that bring a text space and an image space together, out of pairs, and reports on pairs it has not
/// seen.</summary>
public static class AlignmentTraining
{
    private const int MaxDimensions = 256;
    private static readonly double[] Penalties = [0.001, 0.01, 0.1, 1, 10];

    /// <summary>Trains an alignment and writes it.</summary>
    /// <param name="pairs">The pairs' vectors.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="path">The file to write, see <see cref="Multimodal.Alignment"/>.</param>
    /// <param name="run">Checkpoint, progress and cancellation, or null for none.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.TooFewPairs"/>,
    /// <see cref="ErrorCode.CheckpointMismatch"/>.</exception>
    public static AlignmentReport Run(PairedVectors pairs, AlignmentOptions options, string path, TrainingRun? run = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        var split = PairSplit.Of(pairs, options.Checked());
        var rows = new UnitRows(pairs);
        var heads = Find(pairs, rows, split, options, run ?? new TrainingRun());
        var test = new HeldOutPairs(rows, split.Test, options.Threads);
        Multimodal.Alignment.Save(path, NameOf(options.Method), pairs.TextSpace, heads.Text, pairs.ImageSpace, heads.Image);
        return new AlignmentReport(
            options.Method,
            heads.Note,
            split.Train.Length,
            split.Validation.Length,
            test.Texts.Rows,
            test.Images.Rows,
            pairs.TextSpace.Equals(pairs.ImageSpace),
            test.ReportRaw(options),
            test.Report(heads, options)
        )
        {
            LogitScale = heads.LogitScale,
        };
    }

    /// <summary>The name of a method in files and on the command line.</summary>
    public static string NameOf(AlignmentMethod method) => method.ToString().ToLowerInvariant();

    /// <summary>What a checkpoint belongs to: the recipe (threads aside) and the data.</summary>
    internal static string FingerprintOf(PairedVectors pairs, AlignmentOptions options, string purpose) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{options.Describe()}\n{pairs.Digest}")));

    internal static HeadPair Find(PairedVectors pairs, UnitRows rows, PairSplit split, AlignmentOptions options, TrainingRun run)
    {
        var validation = new HeldOutPairs(rows, split.Validation, options.Threads);
        var dimensions = options.Dimensions ?? Math.Min(MaxDimensions, Math.Min(rows.Texts.Columns, rows.Images.Columns));
        if (options.Method == AlignmentMethod.Contrastive)
        {
            return Contrast(pairs, rows, split, validation, dimensions, options, run);
        }

        var centred = new CentredPairs(rows, split.Train, options.Threads);
        return options.Method switch
        {
            AlignmentMethod.Ridge => Best(penalty => ClosedForms.Ridge(centred, penalty), validation, options, run),
            AlignmentMethod.Procrustes => ClosedForms.Procrustes(centred),
            _ => Best(penalty => ClosedForms.Correlation(centred, penalty, dimensions), validation, options, run),
        };
    }

    // Without a penalty of the user's own, the one whose heads rank the validation pairs best.
    private static HeadPair Best(Func<double, HeadPair> solve, HeldOutPairs validation, AlignmentOptions options, TrainingRun run)
    {
        if (options.Penalty is { } penalty)
        {
            return solve(penalty);
        }

        (double Score, HeadPair? Heads) best = (double.NegativeInfinity, null);
        for (var i = 0; i < Penalties.Length; i++)
        {
            run.CancellationToken.ThrowIfCancellationRequested();
            var heads = solve(Penalties[i]);
            var score = validation.Rank(heads).MeanReciprocal;
            best = score > best.Score ? (score, heads) : best;
            run.Progress?.Invoke(i + 1, Penalties.Length, 1 - score);
        }

        return best.Heads!;
    }

    private static HeadPair Contrast(
        PairedVectors pairs,
        UnitRows rows,
        PairSplit split,
        HeldOutPairs validation,
        int dimensions,
        AlignmentOptions options,
        TrainingRun run
    )
    {
        var model = new ContrastiveHeads(
            rows,
            split.Train,
            validation,
            GradientTraining.BatchOf(split.Train.Length, options),
            dimensions,
            options
        );
        var training = new GradientTraining(model, split.Train, options);
        run.Finish(training, FingerprintOf(pairs, options, "alignment"), options.MaxEpochs);
        var note = string.Create(CultureInfo.InvariantCulture, $"{training.Epoch} passes, scale {model.Scale:F1}");
        var heads = model.Export(note) with { LogitScale = model.Scale };
        var centred = GapCentring.Apply(heads, rows, split.Train, options.Threads);
        return validation.Rank(centred).MeanReciprocal >= validation.Rank(heads).MeanReciprocal
            ? centred with
            {
                Note = heads.Note + ", centred",
            }
            : heads;
    }
}

/// <summary>
/// Two heads that learn to tell pairs from non-pairs: symmetric InfoNCE over the batch (van den Oord, Li and Vinyals 2018) with a learned
/// temperature, as in CLIP (Radford et al. 2021).
/// </summary>
/// <remarks>The scale (one over the temperature) is learned as its logarithm, starts at 1 / 0.07 and stays below 40, where single-precision
/// exponentials of the farthest pairs would vanish. Texts of one picture are no negatives of each other.</remarks>
internal sealed class ContrastiveHeads : IGradientModel
{
    private const double StartingScale = 1 / 0.07;
    private const double HighestScale = 40;
    private readonly UnitRows _rows;
    private readonly HeldOutPairs _validation;
    private readonly TrainableHead _text;
    private readonly TrainableHead _image;
    private readonly ContrastiveLoss _loss;
    private readonly Parameter _logScale = new("log_scale", 1, 1);

    public ContrastiveHeads(UnitRows rows, int[] train, HeldOutPairs validation, int batch, int dimensions, AlignmentOptions options)
    {
        (_rows, _validation) = (rows, validation);
        var random = SplitMix.For(options.Seed, -1);
        var pictures = Array.ConvertAll(train, text => rows.PictureOf[text]);
        _text = Head("text", rows.Texts, train);
        _image = Head("image", rows.Images, pictures);
        _loss = new ContrastiveLoss(batch, [dimensions], (float)StartingScale, 1, options.Threads);
        _logScale.Values.All[0] = (float)Math.Log(StartingScale);
        Parameters = [.. _text.Parameters, .. _image.Parameters, _logScale];

        TrainableHead Head(string name, PinnedMatrix side, int[] which)
        {
            var mean = UnitRows.MeanOf(side, which);
            return new TrainableHead(name, mean, SpreadOf(side, which, mean), batch, dimensions, options, ref random);
        }
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What cosines are multiplied with now.</summary>
    public double Scale => Math.Min(HighestScale, Math.Exp(_logScale.Values.All[0]));

    public double Compute(ReadOnlySpan<int> texts)
    {
        var (pictures, groups) = (new int[texts.Length], new long[texts.Length]);
        for (var i = 0; i < texts.Length; i++)
        {
            groups[i] = pictures[i] = _rows.PictureOf[texts[i]];
        }

        _text.Forward(_rows.Texts, texts);
        _image.Forward(_rows.Images, pictures);
        _loss.Scale = (float)Scale;
        var loss = _loss.Compute(_text.Outputs, _image.Outputs, groups, _text.OutputGradient, _image.OutputGradient);
        _text.Backward();
        _image.Backward();

        // Beyond the limit the loss no longer depends on the logarithm, but a gradient that leads back must count.
        var slope = (float)(_loss.ScaleGradient * Scale);
        _logScale.Gradient.All[0] = _logScale.Values.All[0] > Math.Log(HighestScale) ? Math.Max(0, slope) : slope;
        return loss;
    }

    public double Validate() => _validation.Rank(Export(string.Empty)).MeanReciprocal;

    public HeadPair Export(string note) => new(_text.Export(), _image.Export(), note);

    private static double SpreadOf(PinnedMatrix rows, int[] which, double[] mean)
    {
        var sum = 0.0;
        foreach (var row in which)
        {
            var values = rows.Row(row);
            for (var i = 0; i < values.Length; i++)
            {
                sum += (values[i] - mean[i]) * (values[i] - mean[i]);
            }
        }

        return sum > 0
            ? Math.Sqrt(sum / which.Length / mean.Length)
            : throw new SimileException(
                ErrorCode.TooFewPairs,
                $"The {which.Length} pairs to train with have the same vector on one side. Give pairs that differ."
            );
    }
}

/// <summary>
/// Closes the modality gap of trained heads: texts and pictures of a contrastive training lie in two cones (Liang et al. 2022, "Mind the
/// gap"); the mean of each side over the training pairs is taken off its outputs, by way of the last layer's bias. Closed forms are centred
/// by construction.
/// </summary>
internal static class GapCentring
{
    public static HeadPair Apply(HeadPair heads, UnitRows rows, int[] train, int threads)
    {
        var pictures = Array.ConvertAll(train, text => rows.PictureOf[text]);
        return heads with
        {
            Text = Centre(heads.Text, rows.Texts, train, threads),
            Image = Centre(heads.Image, rows.Images, pictures, threads),
        };
    }

    private static LinearMap[] Centre(IReadOnlyList<LinearMap> layers, PinnedMatrix rows, int[] which, int threads)
    {
        var outputs = HeadPair.Run(layers, HeldOutPairs.Select(rows, which), threads);
        var mean = UnitRows.MeanOf(outputs, [.. Enumerable.Range(0, outputs.Rows)]);
        float[] bias = [.. layers[^1].Bias.Span];
        for (var i = 0; i < bias.Length; i++)
        {
            bias[i] -= (float)mean[i];
        }

        return [.. layers.SkipLast(1), layers[^1] with { Bias = bias }];
    }
}
