using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Simile.Search;
using Simile.Sqlite;
using Simile.Vectors;

namespace Simile.Hosting;

/// <summary>An index that was made on the fly.</summary>
/// <param name="File">Where it lies.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="LastUsed">When it was searched last.</param>
/// <param name="Paths">The files and folders that it was made of; empty where it does not say.</param>
internal sealed record CachedIndex(string File, long Bytes, DateTimeOffset LastUsed, IReadOnlyList<string> Paths);

/// <summary>What became of indexes that were to be removed.</summary>
/// <param name="Removed">Indexes removed.</param>
/// <param name="Freed">Bytes that are free again.</param>
/// <param name="InUse">Indexes that stay, because a program has them open.</param>
internal sealed record IndexRemoval(int Removed, long Freed, int InUse);

/// <summary>Indexes that are made on the fly for some paths. They hold the texts of files, so folder and files are their owner's alone,
/// whatever rights they had; what was not used for <see cref="MaxAge"/> is removed, and the least recently used beyond
/// <see cref="MaxBytes"/>, whenever one is opened.</summary>
internal sealed class IndexCache
{
    /// <summary>The most bytes of all indexes together, beside the one in use.</summary>
    public const long MaxBytes = 2_000_000_000;

    private const string PathsName = "paths";
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly string[] Ends = ["", "-wal", "-shm", "-journal"];
    private readonly string _folder;
    private readonly TimeProvider _time;

    internal IndexCache(string folder, TimeProvider time) => (_folder, _time) = (folder, time);

    /// <summary>How long an index stays that nobody uses.</summary>
    public static TimeSpan MaxAge { get; } = TimeSpan.FromDays(90);

    /// <summary>Where the indexes lie.</summary>
    public string Folder => _folder;

    /// <summary>Opens the index of some paths: one file for each set of paths and each space.</summary>
    /// <exception cref="SimileException">A code of the 400s.</exception>
    public async Task<IChunkStore> OpenAsync(
        IReadOnlyList<string> paths,
        EmbeddingSpace space,
        VectorIndexOptions? vectors = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(space);
        string[] full = [.. paths.Select(Path.GetFullPath).Order(StringComparer.Ordinal)];
        var key = string.Join('\n', full.Append(space.ToString()));
        var path = Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32] + ".db");
        MakeFolder();
        Prune(path);
        var store = SqliteChunkStore.Open(
            path,
            create: true,
            new SqliteChunkStoreOptions { IsPrivate = true, Vectors = vectors ?? new VectorIndexOptions() }
        );
        try
        {
            await store
                .SetPropertyAsync(PathsName, JsonSerializer.Serialize(full, IndexCacheJson.Default.StringArray), cancellationToken)
                .ConfigureAwait(false);
            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Every index, the last used first.</summary>
    public async Task<IReadOnlyList<CachedIndex>> ListAsync(CancellationToken cancellationToken = default)
    {
        var indexes = new List<CachedIndex>();
        foreach (var file in Files())
        {
            var paths = await PathsOfAsync(file.FullName, cancellationToken).ConfigureAwait(false);
            indexes.Add(new CachedIndex(file.FullName, BytesOf(file.FullName), new DateTimeOffset(file.LastWriteTimeUtc), paths));
        }

        return indexes;
    }

    /// <summary>Removes indexes that nobody has open.</summary>
    /// <param name="olderThan">How long they were not used at least; null for all.</param>
    public IndexRemoval Clear(TimeSpan? olderThan)
    {
        var limit = olderThan is { } age ? _time.GetUtcNow().UtcDateTime - age : DateTime.MaxValue;
        return Remove(Files().Where(file => file.LastWriteTimeUtc <= limit).Select(file => file.FullName));
    }

    private static IndexRemoval Remove(IEnumerable<string> paths)
    {
        var (removed, freed, inUse) = (0, 0L, 0);
        foreach (var path in paths.ToArray())
        {
            var bytes = BytesOf(path);
            if (SqliteChunkStore.TryDelete(path))
            {
                (removed, freed) = (removed + 1, freed + bytes);
            }
            else
            {
                inUse++;
            }
        }

        return new IndexRemoval(removed, freed, inUse);
    }

    private static long BytesOf(string path) =>
        Ends.Select(end => new FileInfo(path + end)).Where(file => file.Exists).Sum(file => file.Length);

    // What cannot be opened is listed all the same: it can be removed.
    private static async Task<string[]> PathsOfAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var store = SqliteChunkStore.Open(path, create: false);
            return await store.GetPropertyAsync(PathsName, cancellationToken).ConfigureAwait(false) is { } json
                ? JsonSerializer.Deserialize(json, IndexCacheJson.Default.StringArray) ?? []
                : [];
        }
        catch (Exception error) when (error is SimileException or JsonException)
        {
            return [];
        }
    }

    private FileInfo[] Files() =>
        Directory.Exists(_folder) ? [.. new DirectoryInfo(_folder).GetFiles("*.db").OrderByDescending(file => file.LastWriteTimeUtc)] : [];

    private void Prune(string opened)
    {
        var (old, bytes) = (new List<string>(), 0L);
        foreach (var file in Files().Where(file => file.FullName != opened))
        {
            bytes += BytesOf(file.FullName);
            if (bytes > MaxBytes || file.LastWriteTimeUtc < _time.GetUtcNow().UtcDateTime - MaxAge)
            {
                old.Add(file.FullName);
            }
        }

        Remove(old);
    }

    private void MakeFolder()
    {
        try
        {
            foreach (var folder in new[] { Path.GetDirectoryName(_folder)!, _folder })
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(folder);
                    continue;
                }

                Directory.CreateDirectory(folder, OwnersOnly);
                if (File.GetUnixFileMode(folder) != OwnersOnly)
                {
                    File.SetUnixFileMode(folder, OwnersOnly);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimileException(
                ErrorCode.StoreUnavailable,
                $"The folder {_folder} for indexes made on the fly cannot be made its owner's alone ({error.Message}). Set "
                    + "XDG_CACHE_HOME to a folder of your own, or index into a file.",
                error
            );
        }
    }
}

[JsonSerializable(typeof(string[]))]
internal sealed partial class IndexCacheJson : JsonSerializerContext;
