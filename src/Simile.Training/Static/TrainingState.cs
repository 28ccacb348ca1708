using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Simile.Engine.Tensors;
using Simile.Tokenization;

namespace Simile.Training.Static;

/// <summary>Matrices and facts of a training in one safetensors file that names what it belongs to.</summary>
internal static class TrainingState
{
    private const string Fingerprint = "fingerprint";

    /// <summary>Writes the state, at one stroke.</summary>
    public static void Save(
        string path,
        IEnumerable<(string Name, PinnedMatrix Matrix)> matrices,
        IEnumerable<(string Name, string Value)> facts,
        string fingerprint
    )
    {
        var metadata = facts.ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal);
        metadata[Fingerprint] = fingerprint;
        SafetensorsWriter.Write(path, [.. matrices.Select(entry => Tensor(entry.Name, entry.Matrix))], metadata);
    }

    /// <summary>Whether a file is the state of a training.</summary>
    public static bool IsOne(SafetensorsFile file) => file.Metadata.ContainsKey(Fingerprint);

    /// <summary>Fills the matrices from a file.</summary>
    /// <returns>The facts.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.CheckpointMismatch"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static IReadOnlyDictionary<string, string> Restore(
        string path,
        IEnumerable<(string Name, PinnedMatrix Matrix)> matrices,
        string fingerprint
    )
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(Fingerprint) != fingerprint)
        {
            throw new SimileException(
                ErrorCode.CheckpointMismatch,
                $"{path} belongs to a training with another recipe, tokenizer or data. Delete it to begin anew, or go back to the old ones."
            );
        }

        foreach (var (name, matrix) in matrices)
        {
            file.ReadFloats(name).CopyTo(matrix.All);
        }

        return file.Metadata;
    }

    private static TensorToWrite Tensor(string name, PinnedMatrix matrix) =>
        new(name, TensorType.F32, [matrix.Rows, matrix.Columns], MemoryMarshal.AsBytes(matrix.All).ToArray());
}

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

/// <summary>Tells what a training may write over: nothing but what a training wrote.</summary>
internal static class TrainingOutputs
{
    /// <summary>Makes sure that a training may write a folder: it is missing, empty, or holds files that trainings write and nothing
    /// else.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ownFiles">The names of the files that this kind of training writes; a README.md beside them stays.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static void RequireFolder(string folder, IEnumerable<string> ownFiles)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(ownFiles);
        if (File.Exists(folder))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{folder} is a file; expected is a folder for the trained model. Name another."
            );
        }

        var entries = Directory.Exists(folder)
            ? Directory.GetFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!).ToArray()
            : [];
        if (entries.Except([.. ownFiles, "README.md"]).Order(StringComparer.Ordinal).FirstOrDefault() is { } foreign)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{folder} holds '{foreign}', which no training of this kind wrote. Name a folder that is new or empty."
            );
        }
    }

    /// <summary>Makes sure that a training may keep its state in a file: it is missing, or holds the state of a training.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>; <see cref="ErrorCode.BadCheckpoint"/> for a file that is
    /// damaged or of another format.</exception>
    public static void RequireState(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            return;
        }

        using var file = SafetensorsFile.Open(path);
        if (!TrainingState.IsOne(file))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{path} is no state of a training; writing it would destroy what is there. Name a file that is new."
            );
        }
    }
}
