namespace Simile.Ingestion;

/// <summary>Finds the documents and pictures under some paths, in ordinal order of their full paths.</summary>
public static class DocumentFinder
{
    private static readonly string[] SkippedFolders = ["bin", "obj", "node_modules", "artifacts", "__pycache__"];

    /// <summary>The files. Hidden files and folders, build outputs and links to folders are passed over, unless named themselves.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="isWanted">Which files of a folder are wanted; a file that is named itself always is. Default: those that a reader of documents exists for.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/> when a path does not exist.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths, Func<string, bool>? isWanted = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        isWanted ??= path => DocumentReaders.For(path) is not null;
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths.Select(Path.GetFullPath))
        {
            if (Directory.Exists(path))
            {
                files.UnionWith(InFolder(path, isWanted));
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                throw new SimileException(ErrorCode.PathNotFound, $"There is no file or folder {path}.");
            }
        }

        return [.. files];
    }

    private static IEnumerable<string> InFolder(string folder, Func<string, bool> isWanted)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        var own = Directory.EnumerateFiles(folder, "*", options).Where(file => !IsHidden(file) && isWanted(file));
        var inner = Directory.EnumerateDirectories(folder, "*", options)
            .Where(inside => !IsHidden(inside) && !SkippedFolders.Contains(Path.GetFileName(inside), StringComparer.Ordinal) && new DirectoryInfo(inside).LinkTarget is null)
            .SelectMany(inside => InFolder(inside, isWanted));
        return own.Concat(inner);
    }

    private static bool IsHidden(string path) => Path.GetFileName(path).StartsWith('.');
}
