using Simile.Training;
using Simile.Training.Static;

namespace Simile.Cli.Output;

/// <summary>Keeps a verb from writing over what it reads. Any other file that the user names as output is replaced, as a whole; folders and
/// devices are not.</summary>
internal static class OutputGuard
{
    /// <summary>Refuses an output that cannot be one.</summary>
    /// <param name="output">The file that will be written.</param>
    /// <param name="inputs">The files that are read.</param>
    /// <param name="beside">Endings of the files that are written beside it.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static void Require(string output, IEnumerable<string> inputs, params string[] beside)
    {
        var full = Path.GetFullPath(output);
        if (Directory.Exists(full))
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{output} is a folder, but a file is to be written. Name a file in it.");
        }

        if (
            !OperatingSystem.IsWindows()
            && full.StartsWith("/dev/", StringComparison.Ordinal)
            && !full.StartsWith("/dev/shm/", StringComparison.Ordinal)
        )
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{output} is a device, but a file is to be written. Name a file.");
        }

        string[] targets = [full, .. beside.Select(ending => full + ending)];
        foreach (var input in inputs)
        {
            if (targets.FirstOrDefault(target => IsSame(input, target)) is { } target)
            {
                throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"{input} is the input; writing {target} would destroy it. Name another file."
                );
            }
        }
    }

    /// <summary>Refuses a folder and a file of state that a training cannot write: those that hold what it reads, or what no training
    /// wrote.</summary>
    /// <param name="folder">The folder of the model.</param>
    /// <param name="ownFiles">The files that are written into it.</param>
    /// <param name="state">The file of the training's state.</param>
    /// <param name="inputs">The files that are read.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static void RequireTraining(string folder, IEnumerable<string> ownFiles, string state, IReadOnlyList<string> inputs)
    {
        string[] names = [.. ownFiles];
        foreach (var target in names.Select(name => Path.Combine(folder, name)).Append(state))
        {
            Require(target, inputs);
        }

        TrainingOutputs.RequireFolder(folder, names);
        TrainingOutputs.RequireState(state);
    }

    // One file may have many names: other spellings, links of both kinds. A lock belongs to the file, not to the name: what the first
    // holds, the second does not get.
    private static bool IsSame(string input, string target)
    {
        if (Path.GetFullPath(input) == target)
        {
            return true;
        }

        var (first, second) = (new FileInfo(input), new FileInfo(target));
        if (!first.Exists || !second.Exists || SizeOf(first) is 0 or null || SizeOf(first) != SizeOf(second))
        {
            return false;
        }

        try
        {
            using var held = new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.Read);
            return !CanLock(target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? SizeOf(FileInfo file) =>
        ((file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)) as FileInfo)?.Length;

    private static bool CanLock(string path)
    {
        try
        {
            using var alone = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
