namespace Simile.Hub;

/// <summary>A model repository in the cache, at one commit.</summary>
/// <param name="Id">The repository, <c>org/name</c>.</param>
/// <param name="Revision">The branch or tag that points to it, or null when none does.</param>
/// <param name="Commit">The full commit hash.</param>
/// <param name="Folder">The folder with its files.</param>
public sealed record HubSnapshot(string Id, string? Revision, string Commit, string Folder)
{
    /// <summary>Whether it holds a model: a configuration and weights.</summary>
    public bool IsModel =>
        Directory.Exists(Folder)
        && (File.Exists(Path.Combine(Folder, "config.json")) || File.Exists(Path.Combine(Folder, "modules.json")))
        && Directory.EnumerateFiles(Folder, "*.safetensors", SearchOption.AllDirectories).Any(File.Exists);

    /// <summary>The size of all its files, those behind links included.</summary>
    public long CountBytes() => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Sum(CacheFiles.LengthOf);
}
