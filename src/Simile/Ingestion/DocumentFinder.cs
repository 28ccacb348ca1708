namespace Simile.Ingestion;

/// <summary>Finds the files under some paths that a reader exists for, in ordinal order of their full paths.</summary>
public static class DocumentFinder
{
    private static readonly string[] SkippedFolders = ["bin", "obj", "node_modules", "artifacts", "__pycache__"];

    /// <summary>The files. Hidden files and folders, build outputs and links to folders are passed over, unless named themselves.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/> when a path does not exist.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths.Select(Path.GetFullPath))
        {
            if (Directory.Exists(path))
            {
                files.UnionWith(InFolder(path));
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

    private static IEnumerable<string> InFolder(string folder)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        var own = Directory.EnumerateFiles(folder, "*", options).Where(file => !IsHidden(file) && DocumentReaders.For(file) is not null);
        var inner = Directory.EnumerateDirectories(folder, "*", options)
            .Where(inside => !IsHidden(inside) && !SkippedFolders.Contains(Path.GetFileName(inside), StringComparer.Ordinal) && new DirectoryInfo(inside).LinkTarget is null)
            .SelectMany(InFolder);
        return own.Concat(inner);
    }

    private static bool IsHidden(string path) => Path.GetFileName(path).StartsWith('.');
}
