namespace Simile.Testing;

/// <summary>Finds files of the repository from wherever the tests run.</summary>
internal static class RepositoryRoot
{
    /// <summary>A path below the folder that holds Simile.slnx.</summary>
    public static string Find(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Simile.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine([
            folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository."),
            .. parts,
        ]);
    }

    /// <summary>The projects under src, by name. A folder that an older checkout left behind is none.</summary>
    public static string[] Projects() =>
        [
            .. Directory
                .GetFiles(Find("src"), "*.csproj", SearchOption.AllDirectories)
                .Select(path => Path.GetFileNameWithoutExtension(path)!)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>A path in the shared data beside the repository (or where SIMILE_SHARED says); the test is skipped where it is
    /// absent.</summary>
    public static string Shared(params string[] parts)
    {
        var root = Environment.GetEnvironmentVariable("SIMILE_SHARED") ?? Find("..", "shared");
        var path = Path.GetFullPath(Path.Combine([root, "data", .. parts]));
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Assert.Skip($"The shared data is not here ({path}).");
        }

        return path;
    }
}
