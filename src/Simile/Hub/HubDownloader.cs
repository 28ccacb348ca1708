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
