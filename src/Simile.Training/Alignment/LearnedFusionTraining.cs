using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>Trains a learned fusion into the joint space of an alignment, out of the same pairs.</summary>
public static class LearnedFusionTraining
{
    /// <summary>Trains a fusion and writes it.</summary>
    /// <param name="pairs">The pairs' vectors.</param>
    /// <param name="options">Split, batch, passes, seed: the recipe of the alignment.</param>
    /// <param name="alignment">The alignment whose joint space the fused vectors live in.</param>
    /// <param name="method"><see cref="GatedFusion.Method"/> or <see cref="ProjectionFusion.Method"/>.</param>
    /// <param name="path">The file to write, see <see cref="LearnedFusion"/>.</param>
    /// <param name="run">Checkpoint, progress and cancellation, or null for none.</param>
    /// <returns>The share of the held-out texts that find, first of all, the fused vector of their picture and another of its
    /// texts.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.TooFewPairs"/>,
    /// <see cref="ErrorCode.SpaceMismatch"/>, <see cref="ErrorCode.CheckpointMismatch"/>.</exception>
    public static double Run(
        PairedVectors pairs,
        AlignmentOptions options,
        Multimodal.Alignment alignment,
        string method,
        string path,
        TrainingRun? run = null
    )
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(alignment);
        alignment.TextHead.Source.EnsureSame(pairs.TextSpace);
        alignment.ImageHead.Source.EnsureSame(pairs.ImageSpace);
        var split = PairSplit.Of(pairs, options.Checked());
        var rows = new UnitRows(pairs);
        var network = NetworkOf(method, rows, alignment.Space.Dimensions, options);
        var model = new FusionModel(
            rows,
            network,
            FusionTargets.Of(pairs, alignment),
            split.Validation,
            GradientTraining.BatchOf(split.Train.Length, options),
            options.Threads
        );
        (run ?? new TrainingRun()).Finish(
            new GradientTraining(model, split.Train, options),
            AlignmentTraining.FingerprintOf(pairs, options, $"{method} into {alignment.Space}"),
            options.MaxEpochs
        );
        LearnedFusion.Save(path, method, pairs.TextSpace, pairs.ImageSpace, alignment.Space, network.Export());
        return model.Rank(split.Test).OfTexts.Average(rank => rank == 1 ? 1.0 : 0);
    }

    private static IFusionNetwork NetworkOf(string method, UnitRows rows, int outputs, AlignmentOptions options)
    {
        var random = SplitMix.For(options.Seed, -2);
        return method switch
        {
            GatedFusion.Method => new GatedNetwork(rows.Texts.Columns, rows.Images.Columns, outputs, ref random, options.Threads),
            ProjectionFusion.Method => new ProjectionNetwork(rows.Texts.Columns, rows.Images.Columns, outputs, ref random, options.Threads),
            _ => throw new SimileException(
                ErrorCode.InvalidOption,
                $"There is no learned fusion '{method}'; {GatedFusion.Method} and {ProjectionFusion.Method} are known."
            ),
        };
    }
}
