using Simile.Engine.Files;

namespace Simile.Hub;

/// <summary>The cache of models that Hugging Face's own libraries use: blobs by hash, snapshots that link to them, refs that name
/// commits.</summary>
/// <param name="folder">The cache's folder.</param>
/// <remarks>The layout is described at https://huggingface.co/docs/huggingface_hub/guides/manage-cache.</remarks>
public sealed class HubCache(string folder)
{
    private const string Prefix = "models--";

    /// <summary>The cache's folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>The snapshots that hold a model, by repository; a commit that several revisions point to is there once for each.</summary>
    public IReadOnlyList<HubSnapshot> Snapshots =>
        Directory.Exists(Folder)
            ?
            [
                .. Directory
                    .EnumerateDirectories(Folder, Prefix + "*")
                    .Select(IdOf)
                    .Where(HubReference.IsId)
                    .Order(StringComparer.Ordinal)
                    .SelectMany(SnapshotsOf)
                    .Where(snapshot => snapshot.IsModel),
            ]
            : [];

    /// <summary>The name under which a repository lies in the cache, or null. Letters may be written large or small, as on the hub, where
    /// no two names differ in that alone.</summary>
    public string? FindId(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return Directory.Exists(RepositoryFolder(id)) ? id
            : Directory.Exists(Folder)
                ? Directory
                    .EnumerateDirectories(Folder, Prefix + "*")
                    .Select(IdOf)
                    .FirstOrDefault(other => string.Equals(other, id, StringComparison.OrdinalIgnoreCase))
            : null;
    }

    /// <summary>The folder of a repository.</summary>
    public string RepositoryFolder(string id) => Path.Combine(Folder, DirectoryName(id));

    /// <summary>The snapshot of a repository at a revision, or null when the cache has none that holds a model.</summary>
    public HubSnapshot? Find(HubReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var commit = reference.IsPinned ? reference.Revision : ReadRef(RefPath(reference)) ?? CommitOf(reference);
        return
            commit is not null && Snapshot(reference.Id, reference.IsPinned ? null : reference.Revision, commit) is { IsModel: true } found
            ? found
            : null;
    }

    /// <summary>Takes a repository out of the cache, all revisions of it.</summary>
    /// <returns>The bytes that were freed, or null when it is not in the cache.</returns>
    public long? Remove(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var repository = RepositoryFolder(id);
        if (!Directory.Exists(repository))
        {
            return null;
        }

        var freed = new DirectoryInfo(repository)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.LinkTarget is null)
            .Sum(file => file.Length);
        // Refs go first: what is left of a removal that was cut off is found by nobody.
        foreach (
            var part in (string[])
                [
                    Path.Combine(repository, "refs"),
                    Path.Combine(repository, "snapshots"),
                    repository,
                    Path.Combine(Folder, ".locks", DirectoryName(id)),
                ]
        )
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }
        }

        return freed;
    }

    internal HubSnapshot Snapshot(string id, string? revision, string commit) =>
        new(id, revision, commit, Path.Combine(RepositoryFolder(id), "snapshots", commit));

    internal string BlobPath(string id, string etag) => Path.Combine(RepositoryFolder(id), "blobs", etag);

    internal string LockPath(string id, string etag) => Path.Combine(Folder, ".locks", DirectoryName(id), etag + ".lock");

    internal string RefPath(HubReference reference) =>
        Path.Combine([RepositoryFolder(reference.Id), "refs", .. reference.Revision.Split('/')]);

    private static string IdOf(string path) => Path.GetFileName(path)[Prefix.Length..].Replace("--", "/", StringComparison.Ordinal);

    // The beginning of a commit's hash stands for it where it is the only one there that begins so.
    private string? CommitOf(HubReference reference)
    {
        var snapshots = Path.Combine(RepositoryFolder(reference.Id), "snapshots");
        var found =
            reference.IsPartOfCommit && Directory.Exists(snapshots)
                ? Directory
                    .EnumerateDirectories(snapshots, reference.Revision + "*")
                    .Select(path => Path.GetFileName(path)!)
                    .Where(HubReference.IsCommit)
                    .ToList()
                : [];
        return found is [var only] ? only : null;
    }

    private static string DirectoryName(string id) => Prefix + id.Replace("/", "--", StringComparison.Ordinal);

    private static string? ReadRef(string path) =>
        RegularFile.IsRegular(path) && RegularFile.ReadAllText(path).Trim() is var commit && HubReference.IsCommit(commit) ? commit : null;

    private IEnumerable<HubSnapshot> SnapshotsOf(string id)
    {
        var (refs, snapshots) = (Path.Combine(RepositoryFolder(id), "refs"), Path.Combine(RepositoryFolder(id), "snapshots"));
        var named = Directory.Exists(refs)
            ? Directory
                .EnumerateFiles(refs, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => (Revision: Path.GetRelativePath(refs, path).Replace('\\', '/'), Commit: ReadRef(path)))
                .Where(entry => entry.Commit is not null)
                .ToList()
            : [];
        var commits = Directory.Exists(snapshots)
            ? Directory.EnumerateDirectories(snapshots).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        return
        [
            .. named.Select(entry => Snapshot(id, entry.Revision, entry.Commit!)),
            .. commits.Where(commit => !named.Exists(entry => entry.Commit == commit)).Select(commit => Snapshot(id, null, commit)),
        ];
    }
}
