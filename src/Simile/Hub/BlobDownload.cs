using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Simile.Hub;

/// <summary>Fetches one file into the blobs: resumes, verifies, and puts it in place whole or not at all.</summary>
internal sealed class BlobDownload(HubConnection connection, HubRetries retries, CacheFiles files, HubOptions options)
{
    private const int BufferBytes = 1 << 18;

    /// <summary>Where a file grows until it is whole.</summary>
    public static string PartialPath(string blob) => blob + ".incomplete";

    /// <summary>Fetches a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="blob">Where it goes.</param>
    /// <param name="report">Hears how many bytes are here, and of pauses.</param>
    /// <param name="cancellationToken">Stops; what has arrived stays for the next time.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.HubFileDamaged"/>, <see cref="ErrorCode.HubDiskFull"/> or what the hub
    /// answered.</exception>
    public async Task RunAsync(HubFile file, string blob, Action<long, string?> report, CancellationToken cancellationToken)
    {
        var partial = PartialPath(blob);
        for (var isLast = false; ; isLast = true)
        {
            await retries
                .RunAsync(
                    () => AppendAsync(file, partial, report, cancellationToken),
                    () => CacheFiles.LengthOf(partial),
                    text => report(CacheFiles.LengthOf(partial), text),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (await BlobHash.MatchesAsync(partial, file, cancellationToken).ConfigureAwait(false))
            {
                File.Move(partial, blob, overwrite: true);
                return;
            }

            File.Delete(partial);
            if (isLast)
            {
                throw new SimileException(
                    ErrorCode.HubFileDamaged,
                    $"{file.Name} arrived twice with another content than the hub announced (checksum {file.Etag}, {file.Size} "
                        + "bytes). It was thrown away. A proxy may change files; try again later or from another network."
                );
            }

            report(0, $"{file.Name} arrived damaged and is fetched again");
        }
    }

    private async Task<bool> AppendAsync(HubFile file, string partial, Action<long, string?> report, CancellationToken cancellationToken)
    {
        var have = CacheFiles.LengthOf(partial);
        if (have > 0 && have == file.Size)
        {
            return true;
        }

        using var response = await connection
            .SendAsync(HttpMethod.Get, file.Address, have > file.Size ? 0 : have, cancellationToken)
            .ConfigureAwait(false);
        var start = StartOf(response, have);
        if (start is null)
        {
            File.Delete(partial);
            throw new HubInterruption($"the part of {file.Name} that is here does not fit the file");
        }

        // Where the HEAD did not say how long the file is, the answer that carries it may.
        var announced =
            file.Size is null && response.Content.Headers.ContentLength is { } length && start + length <= options.MaxUnannouncedBytes
                ? file with
                {
                    Size = start + length,
                }
                : file;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = body.ConfigureAwait(false);
        var end = await GuardAsync(partial, () => CopyAsync(announced, partial, start.Value, body, report, cancellationToken))
            .ConfigureAwait(false);
        return end >= (announced.Size ?? end)
            ? true
            : throw new HubInterruption($"{file.Name} ended after {end} of {announced.Size} bytes");
    }

    // Where the answer begins in the file; null when the range cannot be had.
    private static long? StartOf(HttpResponseMessage response, long have) =>
        response.StatusCode switch
        {
            HttpStatusCode.RequestedRangeNotSatisfiable => null,
            HttpStatusCode.PartialContent => response.Content.Headers.ContentRange?.From == have ? have : null,
            _ => 0,
        };

    private async Task<long> CopyAsync(
        HubFile file,
        string partial,
        long position,
        Stream body,
        Action<long, string?> report,
        CancellationToken cancellationToken
    )
    {
        var output = files.OpenAt(partial, position);
        await using var disposing = output.ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        // More than was announced is not taken in; the check that follows then fails.
        while (position <= (file.Size ?? options.MaxUnannouncedBytes))
        {
            var count = await connection
                .WatchAsync(file.Address.Authority, token => body.ReadAsync(buffer, token).AsTask(), cancellationToken)
                .ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            report(position += count, null);
        }

        (output as FileStream)?.Flush(flushToDisk: true);
        return file.Size is not null || position <= options.MaxUnannouncedBytes ? position : throw Endless(file, partial);
    }

    private SimileException Endless(HubFile file, string partial)
    {
        File.Delete(partial);
        return new SimileException(
            ErrorCode.HubBadAnswer,
            $"{file.Address.Authority} sends {file.Name} without saying how long it is, and more than {options.MaxUnannouncedBytes} "
                + "bytes of it. It was thrown away, so that it does not fill the disk. Check HF_ENDPOINT and the proxy."
        );
    }

    private static async Task<long> GuardAsync(string partial, Func<Task<long>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (IOException error) when (CacheFiles.IsDiskFull(error))
        {
            throw DiskFull($"The disk of {partial} is full", error);
        }
    }

    public static SimileException DiskFull(string what, IOException? error = null) =>
        new(
            ErrorCode.HubDiskFull,
            $"{what}. Make room ('simile models remove' takes models out), or set HF_HUB_CACHE to a folder on another disk; the next "
                + "pull goes on where this one ended.",
            error
        );
}

/// <summary>Whether a file on disk is the one that the hub named.</summary>
internal static class BlobHash
{
    private const int Sha256Digits = 64;

    /// <summary>Compares length and checksum: SHA-256 for large files, for small ones git's SHA-1 of "blob LENGTH\0" and the
    /// content.</summary>
    public static async Task<bool> MatchesAsync(string path, HubFile file, CancellationToken cancellationToken)
    {
        var length = CacheFiles.LengthOf(path);
        if (!File.Exists(path) || (file.Size is { } size && size != length))
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(file.Etag.Length == Sha256Digits ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (file.Etag.Length != Sha256Digits)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {length}\0"));
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, useAsync: true);
        await using var disposing = stream.ConfigureAwait(false);
        var buffer = new byte[1 << 20];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Etag;
    }
}
