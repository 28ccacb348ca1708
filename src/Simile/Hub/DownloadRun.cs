namespace Simile.Hub;

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
