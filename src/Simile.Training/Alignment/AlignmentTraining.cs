using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Simile.Training.Alignment;

/// <summary>Finds the heads that bring a text space and an image space together, out of pairs, and reports on pairs it has not
/// seen.</summary>
public static class AlignmentTraining
{
    private const int MostDimensions = 256;
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
        );
    }

    /// <summary>The name of a method in files and on the command line.</summary>
    public static string NameOf(AlignmentMethod method) => method.ToString().ToLowerInvariant();

    /// <summary>What a checkpoint belongs to: the recipe (threads aside) and the data.</summary>
    internal static string FingerprintOf(PairedVectors pairs, AlignmentOptions options, string purpose) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{options.Describe()}\n{pairs.Digest}")));

    internal static HeadPair Find(PairedVectors pairs, UnitRows rows, PairSplit split, AlignmentOptions options, TrainingRun run)
    {
        var validation = new HeldOutPairs(rows, split.Validation, options.Threads);
        var dimensions = options.Dimensions ?? Math.Min(MostDimensions, Math.Min(rows.Texts.Columns, rows.Images.Columns));
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
        var heads = model.Export(string.Create(CultureInfo.InvariantCulture, $"{training.Epoch} passes, scale {model.Scale:F1}"));
        var centred = GapCentring.Apply(heads, rows, split.Train, options.Threads);
        return validation.Rank(centred).MeanReciprocal >= validation.Rank(heads).MeanReciprocal
            ? centred with
            {
                Note = heads.Note + ", centred",
            }
            : heads;
    }
}
