namespace Simile.Training.Output;

/// <summary>
/// A model folder while it is written: a folder beside the target, that takes the target's place by one rename. Disposed before that, it is
/// taken away. What a killed process left of its draft, the next draft of the same target takes away.
/// </summary>
internal sealed class ModelDraft : IDisposable
{
    // Held open for as long as the process lives, so that a draft in work can be told from one that was left.
    private const string LockName = "training.lock";
    private const string Old = "-old";
    private static readonly HashSet<string> OwnFiles = new(StringComparer.Ordinal)
    {
        LockName,
        "README.md",
        "model.safetensors",
        "tokenizer.json",
        "config.json",
        "modules.json",
        "config_sentence_transformers.json",
        "calibration.json",
        "golden.json",
        "alignment.safetensors",
        "fusion.safetensors",
        "model.safetensors.tmp",
        "alignment.safetensors.tmp",
        "fusion.safetensors.tmp",
    };

    private readonly string _target;
    private FileStream? _lock;

    private ModelDraft(string target)
    {
        _target = target;
        Folder = Directory.CreateDirectory($"{target}.part-{Guid.NewGuid():N}").FullName;
        _lock = new FileStream(Path.Combine(Folder, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    /// <summary>Where to write the files.</summary>
    public string Folder { get; }

    /// <summary>Begins a draft, after taking away what killed processes left of theirs.</summary>
    /// <param name="target">The model folder; it need not exist.</param>
    public static ModelDraft Begin(string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        full = Directory.Exists(full) ? new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full : full;
        TakeAwayLeftovers(full);
        return new ModelDraft(full);
    }

    /// <summary>Puts the draft into its place. Files of the folder that was there, which the draft does not have, stay.</summary>
    public void Commit()
    {
        Unlock();
        if (!Directory.Exists(_target))
        {
            Directory.Move(Folder, _target);
            return;
        }

        var old = Folder + Old;
        try
        {
            Directory.Move(_target, old);
        }
        catch (IOException)
        {
            // A folder that cannot be renamed, since something is mounted there, still takes files.
            Carry(Folder, _target, overwrite: true);
            Directory.Delete(Folder, recursive: true);
            return;
        }

        Replace(old);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unlock();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static void Carry(string from, string to, bool overwrite)
    {
        foreach (var entry in new DirectoryInfo(from).GetFileSystemInfos())
        {
            var name = Path.Combine(to, entry.Name);
            if (entry is FileInfo file && (overwrite || !File.Exists(name)))
            {
                file.MoveTo(name, overwrite);
            }
            else if (entry is DirectoryInfo folder && !Path.Exists(name))
            {
                folder.MoveTo(name);
            }
        }
    }

    private static void TakeAwayLeftovers(string target)
    {
        var (parent, begin) = (Path.GetDirectoryName(target), Path.GetFileName(target) + ".part-");
        if (!Directory.Exists(parent))
        {
            return;
        }

        // Old models first: one whose successor never came is put back.
        var left = Directory
            .GetDirectories(parent)
            .Where(path => IsDraft(Path.GetFileName(path), begin))
            .OrderByDescending(path => path.EndsWith(Old, StringComparison.Ordinal))
            .ToList();
        foreach (var path in left)
        {
            if (path.EndsWith(Old, StringComparison.Ordinal) && !Directory.Exists(target))
            {
                Directory.Move(path, target);
            }
            else if (
                Directory.GetFileSystemEntries(path).All(entry => File.Exists(entry) && OwnFiles.Contains(Path.GetFileName(entry)))
                && !IsInWork(path)
            )
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    private static bool IsDraft(string name, string begin) =>
        name.StartsWith(begin, StringComparison.Ordinal)
        && Guid.TryParseExact(name[begin.Length..].Replace(Old, string.Empty, StringComparison.Ordinal), "N", out _);

    private static bool IsInWork(string folder)
    {
        try
        {
            using var free = new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.Write, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private void Replace(string old)
    {
        try
        {
            Directory.Move(Folder, _target);
        }
        catch (IOException)
        {
            Directory.Move(old, _target);
            throw;
        }

        Carry(old, _target, overwrite: false);
        Directory.Delete(old, recursive: true);
    }

    private void Unlock()
    {
        if (_lock is { } held)
        {
            _lock = null;
            held.Dispose();
            File.Delete(held.Name);
        }
    }
}
