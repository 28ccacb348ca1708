using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Simile.Tokenization;

namespace Simile.Training.Static;

/// <summary>The whole state of a training in one safetensors file, replaced at one stroke: a training killed at any moment goes on from the
/// last one, bit for bit.</summary>
internal static class TrainingCheckpoint
{
    /// <summary>What a checkpoint belongs to: the recipe (threads aside) and the tokenizer.</summary>
    public static string FingerprintOf(StaticTrainerOptions options, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var recipe = StaticRecipe.Write(options with { Threads = 1 });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe + tokenizer.Digest)));
    }

    /// <summary>Writes the state.</summary>
    public static void Save(string path, StaticTrainer trainer, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        TrainingState.Save(path, Matrices(trainer), [("step", trainer.Step.ToString(CultureInfo.InvariantCulture))], fingerprint);
    }

    /// <summary>Puts a trainer back into a saved state.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.CheckpointMismatch"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static void Restore(string path, StaticTrainer trainer, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        var facts = TrainingState.Restore(path, Matrices(trainer), fingerprint);
        trainer.ResumeAt(long.Parse(facts["step"], CultureInfo.InvariantCulture));
    }

    private static (string Name, PinnedMatrix Matrix)[] Matrices(StaticTrainer trainer) =>
        [("table", trainer.Table), ("first", trainer.Adam.First), ("second", trainer.Adam.Second)];
}
