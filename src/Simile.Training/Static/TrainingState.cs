using System.Runtime.InteropServices;
using Simile.Engine.Tensors;

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
