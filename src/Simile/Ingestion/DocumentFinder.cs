using Simile.Engine.Files;

namespace Simile.Ingestion;

/// <summary>Finds the documents and pictures under some paths, in ordinal order of their full paths.</summary>
internal static class DocumentFinder
{
    private static readonly string[] SkippedFolders = ["bin", "obj", "node_modules", "artifacts", "__pycache__"];
    private static readonly EnumerationOptions Everything = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };

    /// <summary>The files. Hidden files and folders, build outputs and links to folders are passed over, unless named themselves.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="isWanted">Which files of a folder are wanted; a file that is named itself always is. Default: those that a reader of
    /// documents exists for.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/> when a path does not exist.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths, Func<string, bool>? isWanted = null)
    {
        var found = Walk(paths, isWanted);
        return found.Missing.Count == 0 ? found.Files : throw Missing(found.Missing[0]);
    }

    /// <summary>The files, and what was not taken and why.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="isWanted">Which files of a folder are wanted by their kind.</param>
    /// <param name="choice">Which are taken beside that; null for the defaults.</param>
    public static FoundDocuments Walk(IEnumerable<string> paths, Func<string, bool>? isWanted = null, FileChoice? choice = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var named = new HashSet<string>(StringComparer.Ordinal);
        var walk = new FolderWalk(isWanted ?? (path => DocumentReaders.For(path) is not null), choice ?? new FileChoice());
        foreach (var path in paths.Select(Path.GetFullPath))
        {
            if (Directory.Exists(path))
            {
                walk.Folder(path);
            }
            else if (File.Exists(path))
            {
                walk.Files.Add(path);
                named.Add(path);
            }
            else
            {
                walk.Missing.Add(path);
            }
        }

        walk.LeaveSecondNames(named);

        return new FoundDocuments(
            [.. walk.Files],
            [.. walk.PassedOver.Where(passed => !walk.Files.Contains(passed.Path))],
            walk.Unlisted,
            walk.Missing
        )
        {
            Refused = walk.Refused,
        };
    }

    internal static SimileException Missing(string path) => new(ErrorCode.PathNotFound, $"There is no file or folder {path}.");

    // One that cannot be listed, or vanishes while it is walked, costs itself only; a depth that the stack does not bear is none.
    private sealed class FolderWalk(Func<string, bool> isWanted, FileChoice choice)
    {
        private const string Ignored = "ignored by git";
        private const string Excluded = "excluded";

        public SortedSet<string> Files { get; } = new(StringComparer.Ordinal);

        public List<IndexNote> PassedOver { get; } = [];

        public List<UnlistedFolder> Unlisted { get; } = [];

        public List<string> Missing { get; } = [];

        /// <summary>Files and folders that were left out by choice, not for their kind: what an index holds of them is gone.</summary>
        public List<string> Refused { get; } = [];

        public void Folder(string root)
        {
            var (include, exclude) = (new IgnorePatterns(root, choice.Include), new IgnorePatterns(root, choice.Exclude));
            var open = new Stack<(string Folder, IgnoreFiles? Outer)>([(root, choice.FollowsGitignore ? IgnoreFiles.Around(root) : null)]);
            while (open.TryPop(out var next))
            {
                var ignored = choice.FollowsGitignore ? IgnoreFiles.Within(next.Folder, next.Outer) : null;
                foreach (var entry in EntriesOf(next.Folder))
                {
                    if (!IsHidden(entry.Name) && Refusal(entry, ignored, include, exclude) is { } refusal)
                    {
                        PassedOver.Add(new IndexNote(entry.FullName, $"{(entry is DirectoryInfo ? "folder" : "file")} {refusal}"));
                        Refused.Add(entry.FullName);
                    }
                    else if (Reason(entry) is { } reason)
                    {
                        PassedOver.Add(new IndexNote(entry.FullName, reason));
                    }
                    else if (entry is DirectoryInfo)
                    {
                        open.Push((entry.FullName, ignored));
                    }
                    else
                    {
                        Files.Add(entry.FullName);
                    }
                }
            }
        }

        /// <summary>Of a file that lies under several names one is taken: its own before a link, else the first.</summary>
        /// <param name="named">Files that were named themselves, which always are taken.</param>
        public void LeaveSecondNames(HashSet<string> named)
        {
            var known = new Dictionary<(ulong, ulong), string>();
            var links = Files.Where(IsLink).ToHashSet(StringComparer.Ordinal);
            foreach (var path in Files.OrderBy(links.Contains).ThenBy(path => path, StringComparer.Ordinal).ToList())
            {
                var isLink = links.Contains(path);
                if (RegularFile.IdentityOf(path) is not { } file || (file.Names < 2 && links.Count == 0))
                {
                    continue;
                }

                if (!known.TryAdd((file.Device, file.Number), path) && !named.Contains(path))
                {
                    Files.Remove(path);
                    PassedOver.Add(new IndexNote(path, isLink ? "link to a file that is taken" : "second name of a file that is taken"));
                    Refused.Add(path);
                }
            }
        }

        private static bool IsLink(string path) => File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);

        private static string? Refusal(FileSystemInfo entry, IgnoreFiles? ignored, IgnorePatterns include, IgnorePatterns exclude)
        {
            var (path, isFolder) = (entry.FullName, entry is DirectoryInfo);
            return exclude.Takes(path, isFolder) == true ? Excluded
                : !isFolder && !include.IsEmpty && include.Takes(path, isFolder: false) != true ? "not included"
                : ignored?.Ignores(path, isFolder) == true ? Ignored
                : null;
        }

        private FileSystemInfo[] EntriesOf(string folder)
        {
            try
            {
                return new DirectoryInfo(folder).GetFileSystemInfos("*", Everything);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Security.SecurityException)
            {
                var why = folder.Contains('\uFFFD', StringComparison.Ordinal)
                    ? "its name is no UTF-8. Rename it"
                    : error.Message.TrimEnd('.');
                Unlisted.Add(
                    new UnlistedFolder(
                        folder,
                        new SimileException(
                            ErrorCode.UnreadableDocument,
                            $"The folder cannot be listed: {why}. What the index holds of it stays.",
                            error
                        )
                    )
                );
                return [];
            }
        }

        private string? Reason(FileSystemInfo entry) =>
            entry is DirectoryInfo ? ReasonOfFolder(entry) : ReasonOfFile(entry.FullName, entry.Name);

        private bool IsHidden(string name) => name.StartsWith('.') && (!choice.TakesHidden || name == ".git");

        private string? ReasonOfFolder(FileSystemInfo folder) =>
            IsHidden(folder.Name) ? "hidden folder"
            : folder.LinkTarget is not null ? "linked folder"
            : SkippedFolders.Contains(folder.Name, StringComparer.Ordinal) ? "build folder"
            : null;

        private string? ReasonOfFile(string path, string name)
        {
            if (IsHidden(name))
            {
                return "hidden file";
            }

            var kind = RegularFile.KindOf(path);
            return kind switch
            {
                FileKind.Pipe => "named pipe",
                FileKind.Device => "device",
                FileKind.Socket => "socket",
                FileKind.Missing when new FileInfo(path).LinkTarget is not null => "broken link",
                _ when isWanted(path) => MachineMade.Is(path) ? "machine-made file" : null,
                _ => Path.GetExtension(name) is { Length: > 1 } ending ? ending.ToLowerInvariant() : "file without an ending",
            };
        }
    }
}

/// <summary>What lies under some paths.</summary>
/// <param name="Files">The files that were wanted, in ordinal order.</param>
/// <param name="PassedOver">What was not taken, and why; what lies in a folder is not looked at.</param>
/// <param name="Unlisted">Folders whose contents are not known.</param>
/// <param name="Missing">Paths that do not exist.</param>
internal sealed record FoundDocuments(
    IReadOnlyList<string> Files,
    IReadOnlyList<IndexNote> PassedOver,
    IReadOnlyList<UnlistedFolder> Unlisted,
    IReadOnlyList<string> Missing
)
{
    /// <summary>Files and folders that were left out by choice (patterns, git, second names), not for their kind.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];
}

/// <summary>A folder that could not be listed.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Error">Why.</param>
internal sealed record UnlistedFolder(string Path, SimileException Error);

/// <summary>Something that is to be said of a file or folder: what cannot be read of it, what was guessed or replaced in it, or why it was
/// passed over.</summary>
/// <param name="Path">The path.</param>
/// <param name="Message">What. Of a path that was passed over, a file's ending (".xyz"), or what it is: hidden file, hidden folder, linked
/// folder, build folder, file or folder ignored by git, excluded or not included, machine-made file, second name of or link to a file
/// that is taken, named pipe, socket, device, broken link, file without an ending.</param>
public sealed record IndexNote(string Path, string Message)
{
    /// <summary>The error, of what cannot be read, wholly or in part; null for all else.</summary>
    public SimileException? Error { get; init; }
}
