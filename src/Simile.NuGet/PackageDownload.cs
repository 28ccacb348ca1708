using NuGet.Common;
using NuGet.Packaging.Core;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;
using Simile.Hub;

namespace Simile.NuGet;

/// <summary>Brings a package's file from a source: with length and progress where the source is a server of NuGet's third protocol, else as
/// its client does it.</summary>
/// <param name="source">The source.</param>
/// <param name="cache">How the source is asked.</param>
/// <param name="say">Hears of further attempts.</param>
internal sealed class PackageDownload(SourceRepository source, SourceCacheContext cache, Action<string> say)
{
    private const int Attempts = 3;
    private const int BufferBytes = 1 << 18;

    // More than any package has; an answer without an end does not fill the disk.
    private const long MaxBytes = 1L << 36;

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It ended too early, again and again.</exception>
    public async Task RunAsync(PackageIdentity package, string path, Action<long, long> report, CancellationToken cancellationToken)
    {
        var index = await source.GetResourceAsync<ServiceIndexResourceV3>(cancellationToken).ConfigureAwait(false);
        if (index?.GetServiceEntryUri(ServiceTypes.PackageBaseAddress) is not { } root)
        {
            await CopyAsync(package, path, report, cancellationToken).ConfigureAwait(false);
            return;
        }

        var (id, version) = (package.Id.ToLowerInvariant(), package.Version.ToNormalizedString().ToLowerInvariant());
        var address = new Uri($"{root.AbsoluteUri.TrimEnd('/')}/{id}/{version}/{id}.{version}.nupkg");
        var http = (await PackageFeeds.NeedAsync<HttpSourceResource>(source, cancellationToken).ConfigureAwait(false)).HttpSource;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await http.ProcessResponseAsync(
                        new HttpSourceRequest(address, NullLogger.Instance),
                        response => WriteAsync(response, path, report, cancellationToken),
                        cache,
                        NullLogger.Instance,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                return;
            }
            catch (Exception error)
                when (attempt < Attempts
                    && error is IOException or HttpRequestException
                    && !(error is IOException full && CacheFiles.IsDiskFull(full))
                )
            {
                say($"the download broke off ({error.GetBaseException().Message.TrimEnd('.')}) and begins anew");
            }
        }
    }

    private async Task CopyAsync(PackageIdentity package, string path, Action<long, long> report, CancellationToken cancellationToken)
    {
        var packages = await PackageFeeds.NeedAsync<FindPackageByIdResource>(source, cancellationToken).ConfigureAwait(false);
        var output = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await using var disposing = output.ConfigureAwait(false);
        if (
            !await packages
                .CopyNupkgToStreamAsync(package.Id, package.Version, output, cache, NullLogger.Instance, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            throw new IOException($"{package} was listed, but its file cannot be had");
        }

        report(output.Length, output.Length);
    }

    private static async Task<bool> WriteAsync(
        HttpResponseMessage response,
        string path,
        Action<long, long> report,
        CancellationToken cancellationToken
    )
    {
        response.EnsureSuccessStatusCode();
        var total = response.Content.Headers.ContentLength;
        RequireSpace(path, total ?? 0);
        var input = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var reading = input.ConfigureAwait(false);
        var output = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await using var writing = output.ConfigureAwait(false);
        var (buffer, done) = (new byte[BufferBytes], 0L);
        while (done <= MaxBytes && await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            report(done += count, total ?? 0);
        }

        return done <= MaxBytes && done == (total ?? done)
            ? true
            : throw new IOException($"it ended after {done} of {total ?? MaxBytes} bytes");
    }

    /// <summary>Refuses what the disk has no room for.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.HubDiskFull"/>.</exception>
    public static void RequireSpace(string path, long bytes)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (bytes > 0 && new DriveInfo(folder).AvailableFreeSpace is var free && free < bytes)
        {
            throw new SimileException(
                ErrorCode.HubDiskFull,
                $"{bytes / 1e6:N1} MB are needed in {folder}, but {free / 1e6:N1} MB are free. Make room, or let XDG_CACHE_HOME name a "
                    + "folder on another disk."
            );
        }
    }
}
