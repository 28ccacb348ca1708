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
    /// <inheritdoc cref="Find"/>
    public static FoundDocuments Walk(IEnumerable<string> paths, Func<string, bool>? isWanted = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var walk = new FolderWalk(isWanted ?? (path => DocumentReaders.For(path) is not null));
        foreach (var path in paths.Select(Path.GetFullPath))
        {
            if (Directory.Exists(path))
            {
                walk.Folder(path);
            }
            else if (File.Exists(path))
            {
                walk.Files.Add(path);
            }
            else
            {
                walk.Missing.Add(path);
            }
        }

        return new FoundDocuments(
            [.. walk.Files],
            [.. walk.PassedOver.Where(passed => !walk.Files.Contains(passed.Path))],
            walk.Unlisted,
            walk.Missing
        );
    }

    internal static SimileException Missing(string path) => new(ErrorCode.PathNotFound, $"There is no file or folder {path}.");

    // One that cannot be listed, or vanishes while it is walked, costs itself only; a depth that the stack does not bear is none.
    private sealed class FolderWalk(Func<string, bool> isWanted)
    {
        public SortedSet<string> Files { get; } = new(StringComparer.Ordinal);

        public List<IndexNote> PassedOver { get; } = [];

        public List<UnlistedFolder> Unlisted { get; } = [];

        public List<string> Missing { get; } = [];

        public void Folder(string root)
        {
            var open = new Stack<string>([root]);
            while (open.TryPop(out var folder))
            {
                foreach (var entry in EntriesOf(folder))
                {
                    if (Reason(entry) is { } reason)
                    {
                        PassedOver.Add(new IndexNote(entry.FullName, reason));
                    }
                    else if (entry is DirectoryInfo)
                    {
                        open.Push(entry.FullName);
                    }
                    else
                    {
                        Files.Add(entry.FullName);
                    }
                }
            }
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

        private static string? ReasonOfFolder(FileSystemInfo folder) =>
            folder.Name.StartsWith('.') ? "hidden folder"
            : folder.LinkTarget is not null ? "linked folder"
            : SkippedFolders.Contains(folder.Name, StringComparer.Ordinal) ? "build folder"
            : null;

        private string? ReasonOfFile(string path, string name)
        {
            if (name.StartsWith('.'))
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
                _ when isWanted(path) => null,
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
);

/// <summary>A folder that could not be listed.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Error">Why.</param>
internal sealed record UnlistedFolder(string Path, SimileException Error);

/// <summary>Something that is to be said of a file or folder: what cannot be read of it, what was guessed or replaced in it, or why it was
/// passed over.</summary>
/// <param name="Path">The path.</param>
/// <param name="Message">What. Of a path that was passed over, a file's ending (".xyz"), or what it is: hidden file, hidden folder, linked
/// folder, build folder, ignored by git, named pipe, socket, device, broken link, file without an ending.</param>
public sealed record IndexNote(string Path, string Message)
{
    /// <summary>The error, of what cannot be read, wholly or in part; null for all else.</summary>
    public SimileException? Error { get; init; }
}
