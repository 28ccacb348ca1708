using System.Text;
using System.Text.RegularExpressions;

namespace Simile.Ingestion;

/// <summary>Patterns of paths as .gitignore files have them: * within a name, ** over folders, ! takes back, a slash at the end means
/// folders, one before it the folder that the pattern stands in.</summary>
/// <remarks>Own code, since the one library that the registry serves for it is from 2020 and knows no folders that are ignored as a whole;
/// compared with git itself.</remarks>
internal sealed class IgnorePatterns
{
    private readonly List<(Regex Path, bool IsNegated, bool IsForFolders)> _patterns = [];
    private readonly string _folder;

    /// <summary>Reads patterns.</summary>
    /// <param name="folder">The folder that they hold for.</param>
    /// <param name="lines">One a line; empty ones and those that begin with # are none.</param>
    public IgnorePatterns(string folder, IEnumerable<string> lines)
    {
        _folder = Path.TrimEndingDirectorySeparator(folder);
        foreach (var line in lines)
        {
            var pattern = WithoutSpaces(line.TrimEnd('\r'));
            if (pattern.Length == 0 || pattern[0] == '#')
            {
                continue;
            }

            var isNegated = pattern[0] == '!';
            pattern = isNegated ? pattern[1..] : pattern;
            var isForFolders = pattern.EndsWith('/');
            pattern = pattern.TrimEnd('/');
            if (pattern.Length > 0)
            {
                _patterns.Add(
                    (new Regex(RegexOf(pattern), RegexOptions.NonBacktracking | RegexOptions.Singleline), isNegated, isForFolders)
                );
            }
        }
    }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _patterns.Count == 0;

    /// <summary>What the last pattern that fits says: true for a path that is taken by it, false for one that ! takes back; null where
    /// none fits.</summary>
    /// <param name="path">A full path under the folder.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    public bool? Takes(string path, bool isFolder)
    {
        var relative = Path.GetRelativePath(_folder, path).Replace('\\', '/');
        for (var i = _patterns.Count - 1; i >= 0; i--)
        {
            var (pattern, isNegated, isForFolders) = _patterns[i];
            if ((isFolder || !isForFolders) && pattern.IsMatch(relative))
            {
                return !isNegated;
            }
        }

        return null;
    }

    // Spaces at the end are none, unless the last one is escaped.
    private static string WithoutSpaces(string line)
    {
        var end = line.TrimEnd(' ');
        return end.Length < line.Length && end.EndsWith('\\') ? end + " " : end;
    }

    private static string RegexOf(string pattern)
    {
        // One without a slash fits names in every folder.
        var isAnchored = pattern.Contains('/', StringComparison.Ordinal);
        var rest = pattern.TrimStart('/');
        var regex = new StringBuilder(isAnchored ? "^" : "^(?:.*/)?");
        for (var at = 0; at < rest.Length; at++)
        {
            at += Append(regex, rest, at);
        }

        return regex.Append('$').ToString();
    }

    // Returns how many more characters it took.
    private static int Append(StringBuilder regex, string pattern, int at)
    {
        var rest = pattern.AsSpan(at);
        var isStart = at == 0 || pattern[at - 1] == '/';
        if (isStart && rest.StartsWith("**/", StringComparison.Ordinal))
        {
            regex.Append("(?:.*/)?");
            return 2;
        }

        if (isStart && rest is "**")
        {
            regex.Append(".+");
            return 1;
        }

        switch (rest[0])
        {
            case '*':
                regex.Append("[^/]*");
                return 0;
            case '?':
                regex.Append("[^/]");
                return 0;
            case '[' when rest[1..].IndexOf(']') is > 0 and var end:
                var letters = rest[1..(end + 1)].ToString();
                var isNot = letters[0] is '!' or '^';
                regex.Append(isNot ? "[^/" : "[").Append(letters[(isNot ? 1 : 0)..].Replace("\\", "\\\\").Replace("[", "\\[")).Append(']');
                return end + 1;
            case '[':
                // One that nothing closes fits nothing.
                regex.Append(@"[^\s\S]");
                return 0;
            case '\\' when rest.Length > 1:
                regex.Append(Regex.Escape(rest[1].ToString()));
                return 1;
            default:
                regex.Append(Regex.Escape(rest[0].ToString()));
                return 0;
        }
    }
}

/// <summary>The .gitignore files that hold for a folder, the nearest first.</summary>
/// <param name="own">Those of the folder.</param>
/// <param name="outer">Those of the folders around it.</param>
internal sealed class IgnoreFiles(IgnorePatterns own, IgnoreFiles? outer)
{
    private const string Name = ".gitignore";
    private const long MaxBytes = 1 << 20;

    /// <summary>Those of the folders around a folder, up to the one of its repository; null where there are none.</summary>
    public static IgnoreFiles? Around(string folder)
    {
        var parents = new Stack<string>();
        for (var parent = folder; parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (parent != folder)
            {
                parents.Push(parent);
            }

            if (Path.Exists(Path.Combine(parent, ".git")))
            {
                var exclude = Path.Combine(parent, ".git", "info", "exclude");
                return parents.Aggregate(Of(parent, exclude, null), (outer, inner) => Of(inner, Path.Combine(inner, Name), outer));
            }
        }

        return null;
    }

    /// <summary>Those of a folder and of those around it.</summary>
    public static IgnoreFiles? Within(string folder, IgnoreFiles? outer) => Of(folder, Path.Combine(folder, Name), outer);

    /// <summary>Whether git ignores a file or folder.</summary>
    public bool Ignores(string path, bool isFolder) => own.Takes(path, isFolder) ?? outer?.Ignores(path, isFolder) ?? false;

    private static IgnoreFiles? Of(string folder, string file, IgnoreFiles? outer)
    {
        try
        {
            if (!File.Exists(file) || new FileInfo(file).Length > MaxBytes)
            {
                return outer;
            }

            var patterns = new IgnorePatterns(folder, File.ReadLines(file));
            return patterns.IsEmpty ? outer : new IgnoreFiles(patterns, outer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return outer;
        }
    }
}
