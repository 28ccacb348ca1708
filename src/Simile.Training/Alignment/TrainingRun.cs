using System.Diagnostics;
using Simile.Engine.Files;

namespace Simile.Training.Alignment;

/// <summary>Where a training is saved, who hears of it, and what ends it.</summary>
/// <param name="Checkpoint">The file of its state, or null to keep none.</param>
/// <param name="Progress">Hears passes done, passes at most, and the mean loss.</param>
/// <param name="CancellationToken">Ends it after the pass at hand; the state is saved.</param>
public sealed record TrainingRun(
    string? Checkpoint = null,
    Action<int, int, double>? Progress = null,
    CancellationToken CancellationToken = default
)
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(10);

    /// <summary>Runs a training to its end, from where its checkpoint stands.</summary>
    internal void Finish(GradientTraining training, string fingerprint, int limit)
    {
        if (Checkpoint is not null && RegularFile.Exists(Checkpoint))
        {
            training.Restore(Checkpoint, fingerprint);
        }

        var clock = Stopwatch.StartNew();
        while (!training.IsDone && !CancellationToken.IsCancellationRequested)
        {
            training.Advance();
            Progress?.Invoke(training.Epoch, limit, training.Loss);
            if (Checkpoint is not null && (clock.Elapsed > BetweenCheckpoints || CancellationToken.IsCancellationRequested))
            {
                training.Save(Checkpoint, fingerprint);
                clock.Restart();
            }
        }

        CancellationToken.ThrowIfCancellationRequested();
        training.TakeBest();
    }
}
