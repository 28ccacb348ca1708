using NuGet.Common;
using NuGet.Configuration;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;
using NuGet.Versioning;

namespace Simile.NuGet;

/// <summary>Where packages come from on this machine: the folders that a restore has filled, then the sources of the user's NuGet
/// configuration, in their order.</summary>
/// <param name="settings">The configuration.</param>
/// <param name="say">Hears what the user should know.</param>
internal sealed class PackageFeeds(ISettings settings, Action<string> say) : IDisposable
{
    // What was pushed a minute ago is found, and nothing is kept twice.
    private readonly SourceCacheContext _cache = new() { NoCache = true, DirectDownload = true };

    /// <summary>Reads the configuration that holds in a folder: its own, those above it, the user's, the machine's.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for one that cannot be read.</exception>
    public static PackageFeeds Of(string folder, Action<string> say)
    {
        try
        {
            return new PackageFeeds(Settings.LoadDefaultSettings(folder), say);
        }
        catch (NuGetConfigurationException error)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The NuGet configuration cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Finds a package.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageNotFound"/>, <see cref="ErrorCode.PackageSourceRefused"/>,
    /// <see cref="ErrorCode.PackageSourceUnreachable"/>.</exception>
    public async Task<FoundPackage> FindAsync(NuGetReference wanted, CancellationToken cancellationToken)
    {
        if (
            wanted.Version is { } version
            && await CachedAsync(wanted.Id, NuGetVersion.Parse(version), cancellationToken).ConfigureAwait(false) is { } cached
        )
        {
            return cached;
        }

        var answers = new FeedAnswers(wanted);
        foreach (var source in SourcesOf(wanted.Id))
        {
            await AskAsync(source, wanted, answers, cancellationToken).ConfigureAwait(false);
            if (wanted.Version is not null && answers.Best is not null)
            {
                break;
            }
        }

        if (answers.Best is { } best)
        {
            answers.Failures.ForEach(failure => say($"passed over: {failure}"));
            return await CachedAsync(wanted.Id, best.Version, cancellationToken).ConfigureAwait(false)
                ?? new FoundPackage(new PackageIdentity(wanted.Id, best.Version), FeedAnswers.AddressOf(best.Source), best.Source, null);
        }

        return await NewestCachedAsync(wanted, answers, cancellationToken).ConfigureAwait(false) ?? throw answers.Error();
    }

    /// <summary>Puts a package's file where it is wanted.</summary>
    /// <param name="package">The package, of a source.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="report">Hears how many bytes are here, of how many; 0 of which nobody knows.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The checksum that the source tells, or null.</returns>
    public async Task<string?> DownloadAsync(
        FoundPackage package,
        string path,
        Action<long, long> report,
        CancellationToken cancellationToken
    )
    {
        var source = Repository.Factory.GetCoreV3(package.Source!);
        try
        {
            await new PackageDownload(source, _cache, say)
                .RunAsync(package.Identity, path, report, cancellationToken)
                .ConfigureAwait(false);
            return await FeedChecksum.FindAsync(source, package.Identity, _cache, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (FeedAnswers.IsOfSource(error))
        {
            throw FeedAnswers.Error(package.Source!, error);
        }
    }

    /// <summary>What a source must offer to be one.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public static async Task<T> NeedAsync<T>(SourceRepository source, CancellationToken cancellationToken)
        where T : class, INuGetResource =>
        await source.GetResourceAsync<T>(cancellationToken).ConfigureAwait(false)
        ?? throw new IOException("it does not answer as a source of packages does");

    public void Dispose() => _cache.Dispose();

    // Where the configuration maps packages to sources, the others may not be asked.
    private IEnumerable<PackageSource> SourcesOf(string id)
    {
        var enabled = new PackageSourceProvider(settings).LoadPackageSources().Where(source => source.IsEnabled);
        var mapping = PackageSourceMapping.GetPackageSourceMapping(settings);
        return mapping.IsEnabled
            ? enabled.Where(source => mapping.GetConfiguredPackageSources(id).Contains(source.Name, StringComparer.OrdinalIgnoreCase))
            : enabled;
    }

    private async Task AskAsync(PackageSource source, NuGetReference wanted, FeedAnswers answers, CancellationToken cancellationToken)
    {
        try
        {
            var packages = await NeedAsync<FindPackageByIdResource>(Repository.Factory.GetCoreV3(source), cancellationToken)
                .ConfigureAwait(false);
            answers.Add(
                source,
                await packages.GetAllVersionsAsync(wanted.Id, _cache, NullLogger.Instance, cancellationToken).ConfigureAwait(false)
            );
        }
        catch (Exception error) when (FeedAnswers.IsOfSource(error))
        {
            answers.Failed(source, error);
        }
    }

    /// <summary>The folders that a restore fills: the user's own first, whether it is there or not.</summary>
    public IEnumerable<string> PackageFolders =>
        SettingsUtility.GetFallbackPackageFolders(settings).Prepend(SettingsUtility.GetGlobalPackagesFolder(settings));

    private IEnumerable<VersionFolderPathResolver> Folders =>
        PackageFolders.Where(Directory.Exists).Select(folder => new VersionFolderPathResolver(folder));

    // A package that a restore put there, as long as it is whole.
    private async Task<FoundPackage?> CachedAsync(string id, NuGetVersion version, CancellationToken cancellationToken)
    {
        foreach (var folder in Folders)
        {
            var (path, hash) = (folder.GetPackageFilePath(id, version), folder.GetHashPath(id, version));
            if (!File.Exists(path) || !File.Exists(hash))
            {
                continue;
            }

            var expected = (await File.ReadAllTextAsync(hash, cancellationToken).ConfigureAwait(false)).Trim();
            if (await PackageChecks.Sha512Async(path, cancellationToken).ConfigureAwait(false) == expected)
            {
                return new FoundPackage(
                    new PackageIdentity(id, version),
                    OriginOf(folder.GetNupkgMetadataPath(id, version)) ?? path,
                    null,
                    path
                )
                {
                    Sha512 = expected,
                };
            }

            say($"{path} is not the package that was restored (its checksum differs), and is passed over");
        }

        return null;
    }

    private async Task<FoundPackage?> NewestCachedAsync(NuGetReference wanted, FeedAnswers answers, CancellationToken cancellationToken)
    {
        if (wanted.Version is not null || answers.Failures.Count == 0)
        {
            return null;
        }

        var versions = Folders
            .Select(folder => folder.GetVersionListPath(wanted.Id))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Select(path => NuGetVersion.TryParse(Path.GetFileName(path), out var version) ? version : null)
            .OfType<NuGetVersion>()
            .Where(version => !version.IsPrerelease);
        foreach (var version in versions.OrderDescending())
        {
            if (await CachedAsync(wanted.Id, version, cancellationToken).ConfigureAwait(false) is { } found)
            {
                say($"{string.Join("; ", answers.Failures)}. The newest version that was restored on this machine is used: {version}");
                return found;
            }
        }

        return null;
    }

    private static string? OriginOf(string metadata)
    {
        try
        {
            return File.Exists(metadata) ? NupkgMetadataFileFormat.Read(metadata).Source : null;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or Newtonsoft.Json.JsonException)
        {
            return null;
        }
    }
}

/// <summary>A package that was found.</summary>
/// <param name="Identity">Its id and version.</param>
/// <param name="Origin">Where it comes from, for people.</param>
/// <param name="Source">The source that has it; null for one that lies on this machine.</param>
/// <param name="Path">Its file on this machine; null for one of a source.</param>
internal sealed record FoundPackage(PackageIdentity Identity, string Origin, PackageSource? Source, string? Path)
{
    /// <summary>The checksum that a restore wrote down.</summary>
    public string? Sha512 { get; init; }

    /// <summary>What messages call it.</summary>
    public string Label => $"{Identity.Id} {Identity.Version.ToNormalizedString()}";
}
