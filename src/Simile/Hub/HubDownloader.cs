using System.Text.Json;

namespace Simile.Hub;

/// <summary>Fetches models from the Hugging Face hub into the cache that Hugging Face's own libraries use.</summary>
/// <remarks>Nothing half is ever in place: a file appears under its name when its checksum is right, and a revision's ref when all files
/// are there.</remarks>
public sealed class HubDownloader
{
    private readonly HubOptions _options;
    private readonly TimeProvider _time;
    private readonly CacheFiles _files;
    private readonly HubConnection _connection;
    private readonly HubRetries _retries;

    /// <summary>Makes a downloader.</summary>
    /// <param name="http">A client that does not follow redirects, such as <see cref="CreateClient"/> makes.</param>
    /// <param name="options">Where the hub and the cache are.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public HubDownloader(HttpClient http, HubOptions options, TimeProvider time)
        : this(http, options, time, new CacheFiles()) { }

    internal HubDownloader(HttpClient http, HubOptions options, TimeProvider time, CacheFiles files)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _files, Cache) = (options.Checked(), time, files, new HubCache(options.CacheFolder));
        _connection = new HubConnection(http, _options, time);
        _retries = new HubRetries(_options, time);
    }

    /// <summary>The cache that is written to.</summary>
    public HubCache Cache { get; }

    /// <summary>A client fit for the hub: it follows no redirect by itself and unpacks nothing.</summary>
    public static HttpClient CreateClient() =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(20),
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <summary>Fetches what is missing of a model.</summary>
    /// <param name="reference">The repository and its revision.</param>
    /// <param name="progress">Hears of bytes and pauses, or null.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept and not fetched again.</param>
    /// <returns>The model in the cache. Without network, or where the hub is out of reach, the one that is there already.</returns>
    /// <exception cref="SimileException">A code from <see cref="ErrorCode.HubUnreachable"/> on, or <see cref="ErrorCode.UnsupportedModel"/>
    /// when there are no safetensors.</exception>
    public async Task<HubSnapshot> PullAsync(HubReference reference, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (_options.Offline)
        {
            return Cache.Find(reference)
                ?? throw new SimileException(
                    ErrorCode.HubOffline,
                    $"{reference} is not in the cache {Cache.Folder}, and HF_HUB_OFFLINE forbids the network. Unset it, or copy the "
                        + "cache from a machine that has the model."
                );
        }

        try
        {
            var listing = await _retries
                .RunAsync(
                    () => HubListing.FetchAsync(_connection, _options.Endpoint, reference, cancellationToken),
                    () => 0,
                    Say,
                    cancellationToken
                )
                .ConfigureAwait(false);
            return await FetchAsync(reference, listing, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (SimileException error) when (error.Code == ErrorCode.HubUnreachable && Cache.Find(reference) is { } cached)
        {
            Say($"{error.Message} Until then the model that is in the cache is used (commit {cached.Commit}).");
            return cached;
        }

        void Say(string notice) => progress?.Report(new HubProgress(0, 0, notice));
    }

    private async Task<HubSnapshot> FetchAsync(
        HubReference reference,
        HubListing listing,
        IProgress<HubProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var names = HubFileNames.Choose(reference.Id, listing.Names);
        var snapshot = Cache.Snapshot(reference.Id, reference.IsPinned ? null : reference.Revision, listing.Commit);
        var missing = new List<HubFile>();
        foreach (var name in names.Where(name => !File.Exists(PointerPath(snapshot, name))))
        {
            missing.Add(await AskAsync(reference.Id, listing.Commit, name, progress, cancellationToken).ConfigureAwait(false));
        }

        RequireSpace(reference.Id, missing);
        var run = new DownloadRun(
            Cache,
            new BlobDownload(_connection, _retries, _files, _options),
            new SnapshotWriter(_files),
            _time,
            progress
        );
        await run.FetchAsync(snapshot, missing, cancellationToken).ConfigureAwait(false);
        if (!reference.IsPinned)
        {
            CacheFiles.Replace(Cache.RefPath(reference), listing.Commit);
        }

        return snapshot;
    }

    private Task<HubFile> AskAsync(
        string id,
        string commit,
        string name,
        IProgress<HubProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var address = HubAddresses.File(_options.Endpoint, id, commit, name);
        return _retries.RunAsync(
            async () =>
            {
                using var response = await _connection.SendAsync(HttpMethod.Head, address, 0, cancellationToken).ConfigureAwait(false);
                return HubFile.Read(name, address, commit, response);
            },
            () => 0,
            notice => progress?.Report(new HubProgress(0, 0, notice)),
            cancellationToken
        );
    }

    private void RequireSpace(string id, List<HubFile> missing)
    {
        Directory.CreateDirectory(Cache.Folder);
        var needed = missing
            .DistinctBy(file => file.Etag)
            .Select(file => (file.Size, Blob: Cache.BlobPath(id, file.Etag)))
            .Where(file => !File.Exists(file.Blob))
            .Sum(file => Math.Max(0, (file.Size ?? 0) - CacheFiles.LengthOf(BlobDownload.PartialPath(file.Blob))));
        if (needed > 0 && _files.FreeBytes(Cache.Folder) is var free && free < needed)
        {
            throw BlobDownload.DiskFull($"{id} needs {needed / 1e6:N1} MB in {Cache.Folder}, but {free / 1e6:N1} MB are free");
        }
    }

    internal static string PointerPath(HubSnapshot snapshot, string name) => Path.Combine([snapshot.Folder, .. name.Split('/')]);
}

/// <summary>Fetches the missing files of one snapshot, one after the other.</summary>
internal sealed class DownloadRun(
    HubCache cache,
    BlobDownload download,
    SnapshotWriter writer,
    TimeProvider time,
    IProgress<HubProgress>? progress
)
{
    private long _total;
    private long _before;

    public async Task FetchAsync(HubSnapshot snapshot, IReadOnlyList<HubFile> files, CancellationToken cancellationToken)
    {
        (_total, _before) = (files.Sum(file => file.Size ?? 0), 0);
        // Small files first: what is wrong with a repository shows before its weights are fetched.
        foreach (var file in files.OrderBy(file => file.Size ?? 0))
        {
            var blob = cache.BlobPath(snapshot.Id, file.Etag);
            await FetchAsync(snapshot.Id, file, blob, cancellationToken).ConfigureAwait(false);
            writer.Place(blob, HubDownloader.PointerPath(snapshot, file.Name));
            _before += file.Size ?? 0;
            Report(0, null);
        }
    }

    private async Task FetchAsync(string id, HubFile file, string blob, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        if (File.Exists(blob))
        {
            return;
        }

        using var held = await CacheLock
            .TakeAsync(cache.LockPath(id, file.Etag), time, notice => Report(0, notice), cancellationToken)
            .ConfigureAwait(false);
        if (!File.Exists(blob))
        {
            await download.RunAsync(file, blob, Report, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Report(long here, string? notice) => progress?.Report(new HubProgress(_before + here, _total, notice));
}

/// <summary>What a repository holds at a revision.</summary>
/// <param name="Commit">The commit that the revision points to.</param>
/// <param name="Names">The paths of its files.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<string> Names)
{
    private const int LargestAnswer = 64 << 20;

    /// <summary>Asks the hub.</summary>
    public static async Task<HubListing> FetchAsync(
        HubConnection connection,
        Uri endpoint,
        HubReference reference,
        CancellationToken cancellationToken
    )
    {
        var address = HubAddresses.Listing(endpoint, reference);
        using var response = await connection.SendAsync(HttpMethod.Get, address, 0, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = body.ConfigureAwait(false);
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        int count;
        while (
            (
                count = await connection
                    .WatchAsync(address.Authority, token => body.ReadAsync(buffer, token).AsTask(), cancellationToken)
                    .ConfigureAwait(false)
            ) > 0
        )
        {
            memory.Write(buffer, 0, count);
            if (memory.Length > LargestAnswer)
            {
                throw new SimileException(
                    ErrorCode.HubBadAnswer,
                    $"{address} answers with more than {LargestAnswer >> 20} MB. Check HF_ENDPOINT and the proxy."
                );
            }
        }

        return Parse(memory.ToArray(), address, reference);
    }

    /// <summary>Reads the hub's JSON: <c>sha</c>, and <c>rfilename</c> of each of the <c>siblings</c>.</summary>
    internal static HubListing Parse(byte[] json, Uri address, HubReference reference)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? string.Empty;
            var names = document
                .RootElement.GetProperty("siblings")
                .EnumerateArray()
                .Select(file => file.GetProperty("rfilename").GetString() ?? string.Empty)
                .ToList();
            if (HubReference.IsCommit(commit) && (!reference.IsPinned || commit == reference.Revision))
            {
                return new HubListing(commit, names);
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Bad(address, error);
        }

        throw Bad(address, null);
    }

    private static SimileException Bad(Uri address, Exception? error) =>
        new(
            ErrorCode.HubBadAnswer,
            $"{address} does not answer with the commit and the files of that model. Check HF_ENDPOINT and the proxy.",
            error
        );
}

/// <summary>The hub's addresses.</summary>
internal static class HubAddresses
{
    /// <summary>Where the files of a repository are listed.</summary>
    public static Uri Listing(Uri endpoint, HubReference reference) =>
        new($"{Root(endpoint)}/api/models/{reference.Id}/revision/{Uri.EscapeDataString(reference.Revision)}");

    /// <summary>Where a file of a commit is fetched.</summary>
    public static Uri File(Uri endpoint, string id, string commit, string name) =>
        new($"{Root(endpoint)}/{id}/resolve/{commit}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}");

    private static string Root(Uri endpoint) => endpoint.AbsoluteUri.TrimEnd('/');
}
