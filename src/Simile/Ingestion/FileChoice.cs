namespace Simile.Ingestion;

/// <summary>Which files of a folder are taken, beside what is asked of their kind. A file that is named itself always is.</summary>
internal sealed record FileChoice
{
    /// <summary>Patterns, one of which a file has to fit; none: every file does.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of files and folders that are passed over.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether hidden files and folders are taken, but for git's own.</summary>
    public bool TakesHidden { get; init; }

    /// <summary>Whether what git ignores is passed over.</summary>
    public bool FollowsGitignore { get; init; } = true;
}

/// <summary>Files that a program made for programs: nobody looks for their words.</summary>
internal static class MachineMade
{
    private const int HeadBytes = 1 << 15;
    private const int MinHead = 4096;
    private const int LongLine = 500;
    private const double MaxSpaces = 0.05;

    private static readonly string[] Names =
    [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "packages.lock.json",
        "project.assets.json",
        "composer.lock",
        "pnpm-lock.yaml",
        "yarn.lock",
        "Cargo.lock",
        "poetry.lock",
        "uv.lock",
        "Gemfile.lock",
        "go.sum",
    ];
    private static readonly string[] Endings = [".min.js", ".min.mjs", ".min.css", ".js.map", ".css.map", ".designer.cs", ".g.cs"];
    private static readonly string[] Looked = [".js", ".mjs", ".css", ".txt", ".log", ".xml", ".svg"];

    /// <summary>Whether a file is one, by its name, or, where that may be, by its beginning: lines that are long and hold no spaces, or
    /// nothing but data in letters (Base64).</summary>
    public static bool Is(string path)
    {
        var name = Path.GetFileName(path);
        return Names.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || (Looked.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) && Looks(HeadOf(path)));
    }

    private static bool Looks(ReadOnlySpan<byte> head)
    {
        if (head.Length < MinHead || head.Contains((byte)0))
        {
            return false;
        }

        var (lines, spaces) = (head.Count((byte)'\n') + 1, head.Count((byte)' ') + head.Count((byte)'\t'));
        var isDense = spaces < MaxSpaces * head.Length;
        return isDense && (head.Length / lines > LongLine || IsBase64(head, lines));
    }

    // Lines of one length, of letters that Base64 has.
    private static bool IsBase64(ReadOnlySpan<byte> head, int lines)
    {
        var other = head.Length;
        foreach (var letter in head)
        {
            other -=
                char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'+' or (byte)'/' or (byte)'=' or (byte)'\n' or (byte)'\r'
                    ? 1
                    : 0;
        }

        return other == 0 && head.Length / lines is >= 60 and <= 130;
    }

    private static byte[] HeadOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var head = new byte[HeadBytes];
            return head[..RandomAccess.Read(file, head, 0)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
