using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Simile.Engine.Checkpoints;
using Simile.Tokenization;

namespace Simile.Training.Static;

/// <summary>The whole state of a training in one safetensors file, replaced at one stroke: a training killed at any moment goes on from the last one, bit for bit.</summary>
public static class TrainingCheckpoint
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
        TensorToWrite[] tensors = [Tensor("table", trainer.Table), Tensor("first", trainer.Adam.First), Tensor("second", trainer.Adam.Second)];
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["step"] = trainer.Step.ToString(CultureInfo.InvariantCulture), ["fingerprint"] = fingerprint };
        SafetensorsWriter.Write(path, tensors, facts);
    }

    /// <summary>Puts a trainer back into a saved state.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.CheckpointMismatch"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static void Restore(string path, StaticTrainer trainer, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("fingerprint") != fingerprint)
        {
            throw new SimileException(ErrorCode.CheckpointMismatch, $"{path} belongs to a training with another recipe or tokenizer. Delete it to begin anew, or go back to the old recipe.");
        }

        file.ReadFloats("table").CopyTo(trainer.Table.All);
        file.ReadFloats("first").CopyTo(trainer.Adam.First.All);
        file.ReadFloats("second").CopyTo(trainer.Adam.Second.All);
        trainer.ResumeAt(long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture));
    }

    private static TensorToWrite Tensor(string name, PinnedMatrix matrix) =>
        new(name, SafetensorsType.F32, [matrix.Rows, matrix.Columns], MemoryMarshal.AsBytes(matrix.All).ToArray());
}
