using System.Net;
using NuGet.Configuration;
using NuGet.Versioning;

namespace Simile.NuGet;

/// <summary>What the sources said when they were asked for a package.</summary>
/// <param name="wanted">The package.</param>
internal sealed class FeedAnswers(NuGetReference wanted)
{
    private readonly List<string> _asked = [];
    private readonly SortedSet<NuGetVersion> _versions = [];
    private bool _isRefused;

    /// <summary>The version to take, and the first source that has it.</summary>
    public (NuGetVersion Version, PackageSource Source)? Best { get; private set; }

    /// <summary>What went wrong at which source.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Whether an error is a source's and not ours: NuGet's library throws errors of many kinds at what a bad source says, such as
    /// a version that is none.</summary>
    public static bool IsOfSource(Exception error) => error is not (SimileException or OperationCanceledException or OutOfMemoryException);

    /// <summary>Where a source is, without the password that an address may hold.</summary>
    public static string AddressOf(PackageSource source) =>
        Uri.TryCreate(source.Source, UriKind.Absolute, out var address) && address.UserInfo.Length > 0
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : source.Source;

    /// <summary>An error of one source in our words.</summary>
    public static SimileException Error(PackageSource source, Exception error) =>
        error is IOException && Hub.CacheFiles.IsDiskFull((IOException)error)
            ? new SimileException(ErrorCode.HubDiskFull, $"The disk is full: {error.Message} Make room, and pull again.", error)
            : new SimileException(
                IsRefusal(error) ? ErrorCode.PackageSourceRefused : ErrorCode.PackageSourceUnreachable,
                $"{Told(source, error)}.{Remedy(IsRefusal(error))}",
                error
            );

    /// <summary>Hears the versions of a source.</summary>
    public void Add(PackageSource source, IEnumerable<NuGetVersion> versions)
    {
        _asked.Add(Shown(source));
        foreach (var version in versions)
        {
            _versions.Add(version);
            var fits = wanted.Version is { } named ? version == NuGetVersion.Parse(named) : !version.IsPrerelease;
            if (fits && (Best is null || version > Best.Value.Version))
            {
                Best = (version, source);
            }
        }
    }

    /// <summary>Hears that a source failed.</summary>
    public void Failed(PackageSource source, Exception error)
    {
        Failures.Add(Told(source, error));
        _isRefused |= IsRefusal(error);
    }

    /// <summary>Why there is no such package.</summary>
    public SimileException Error()
    {
        if (Failures.Count > 0)
        {
            var others =
                _asked.Count > 0 ? $" {string.Join(", ", _asked)} {(_asked.Count == 1 ? "does" : "do")} not have it." : string.Empty;
            return new SimileException(
                _isRefused ? ErrorCode.PackageSourceRefused : ErrorCode.PackageSourceUnreachable,
                $"{wanted} was not found. {string.Join("; ", Failures)}.{others}{Remedy(_isRefused)}"
            );
        }

        if (_asked.Count == 0)
        {
            return new SimileException(
                ErrorCode.PackageNotFound,
                $"No source may be asked for {wanted}: the NuGet configuration names none, has disabled them, or maps the package to none. "
                    + "'dotnet nuget list source' shows them."
            );
        }

        var there =
            _versions.Count == 0 ? string.Empty
            : wanted.Version is null
                ? $" There are pre-releases only ({string.Join(", ", _versions.Reverse().Take(5))}): name one, "
                    + $"{NuGetReference.Prefix}{wanted.Id}@{_versions.Max}."
            : " There are the versions "
                + $"{string.Join(", ", _versions.Reverse().Take(5))}{(_versions.Count > 5 ? " and older ones" : string.Empty)}.";
        return new SimileException(ErrorCode.PackageNotFound, $"{wanted} is not at {string.Join(", ", _asked)}.{there}");
    }

    private static string Remedy(bool isRefused) =>
        isRefused
            ? " Give your NuGet configuration credentials for it."
            : " Check the network and the NuGet configuration ('dotnet nuget list source').";

    private static bool IsRefusal(Exception? error) =>
        error is HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden }
        || (error?.InnerException is { } inner && IsRefusal(inner));

    // The innermost words say what happened; the outer ones repeat the address.
    private static string Told(PackageSource source, Exception error) =>
        $"{Shown(source)} cannot be used ({error.GetBaseException().Message.TrimEnd('.')})";

    private static string Shown(PackageSource source) => $"{source.Name} ({AddressOf(source)})";
}
