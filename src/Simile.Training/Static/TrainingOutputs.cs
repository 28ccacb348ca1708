using Simile.Engine.Tensors;

namespace Simile.Training.Static;

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
