using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using NuGet.Common;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Packaging.Signing;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;

namespace Simile.NuGet;

/// <summary>Whether a package's file is the one that its source announced and its owner signed.</summary>
internal static class PackageChecks
{
    /// <summary>Compares the file with the checksum that its source told, and its content with the one inside its signature.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">What messages call the package.</param>
    /// <param name="expected">SHA-512 in base 64, or null where the source tells none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The file's SHA-512 in base 64, and whether anything vouched for it.</returns>
    /// <remarks>Who signed it is not asked: that needs the certificates of a machine's policy, and <c>dotnet nuget verify</c> tells
    /// it.</remarks>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/>.</exception>
    public static async Task<(string Sha512, bool IsConfirmed)> RunAsync(
        string path,
        string label,
        string? expected,
        CancellationToken cancellationToken
    )
    {
        var found = await Sha512Async(path, cancellationToken).ConfigureAwait(false);
        if (expected is not null && expected != found)
        {
            throw PackageContents.Damaged(label, $"its checksum (SHA-512) is {found}, but its source announces {expected}");
        }

        return (found, await HasIntegrityAsync(path, label, cancellationToken).ConfigureAwait(false) || expected is not null);
    }

    /// <summary>SHA-512 of a file, in base 64.</summary>
    public static async Task<string> Sha512Async(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        await using var disposing = stream.ConfigureAwait(false);
        return Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<bool> HasIntegrityAsync(string path, string label, CancellationToken cancellationToken)
    {
        try
        {
            using var package = new PackageArchiveReader(path);
            if (await package.GetPrimarySignatureAsync(cancellationToken).ConfigureAwait(false) is not { } signature)
            {
                return false;
            }

            await package.ValidateIntegrityAsync(signature.SignatureContent, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception error)
            when (error
                    is SignatureException
                        or CryptographicException
                        or PackagingException
                        or InvalidDataException
                        or EndOfStreamException
                        or ArgumentException
                        or OverflowException
            )
        {
            throw PackageContents.Damaged(label, $"it is cut off, or its content is not the one that was signed ({error.Message})", error);
        }
    }
}

/// <summary>The checksum that a source tells of a package: in the file beside it in a folder, in the registration or the catalog of a
/// server.</summary>
internal static class FeedChecksum
{
    /// <summary>SHA-512 in base 64, or null where the source tells none.</summary>
    public static async Task<string?> FindAsync(
        SourceRepository source,
        PackageIdentity package,
        SourceCacheContext cache,
        CancellationToken cancellationToken
    )
    {
        if (source.PackageSource.IsLocal)
        {
            return await BesideAsync(source, package, cancellationToken).ConfigureAwait(false);
        }

        if (
            await source.GetResourceAsync<RegistrationResourceV3>(cancellationToken).ConfigureAwait(false) is not { } registration
            || await MaybeAsync(() => registration.GetPackageMetadata(package, cache, NullLogger.Instance, cancellationToken))
                .ConfigureAwait(false)
                is not { } entry
        )
        {
            return null;
        }

        return In(entry)
            ?? (
                AddressIn(entry, source) is { } address
                    ? In(await MaybeAsync(() => ReadAsync(source, address, cancellationToken)).ConfigureAwait(false))
                    : null
            );
    }

    private static async Task<string?> BesideAsync(SourceRepository source, PackageIdentity package, CancellationToken cancellationToken)
    {
        var folder = new global::NuGet.Packaging.VersionFolderPathResolver(source.PackageSource.Source);
        var path = folder.GetHashPath(package.Id, package.Version);
        return File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim() : null;
    }

    private static string? In(JObject? entry) =>
        entry is not null
        && string.Equals((string?)entry["packageHashAlgorithm"] ?? "SHA512", "SHA512", StringComparison.OrdinalIgnoreCase)
        && entry["packageHash"] is JValue { Value: string { Length: > 0 } hash }
            ? hash
            : null;

    // Only at the source's own host: credentials go with the request.
    private static Uri? AddressIn(JObject entry, SourceRepository source) =>
        entry["@id"] is JValue { Value: string text }
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Authority == source.PackageSource.SourceUri.Authority
        && address.Scheme == source.PackageSource.SourceUri.Scheme
            ? address
            : null;

    private static async Task<JObject?> ReadAsync(SourceRepository source, Uri address, CancellationToken cancellationToken)
    {
        var http = (await PackageFeeds.NeedAsync<HttpSourceResource>(source, cancellationToken).ConfigureAwait(false)).HttpSource;
        return await http.GetJObjectAsync(
                new HttpSourceRequest(address, NullLogger.Instance) { IgnoreNotFounds = true },
                NullLogger.Instance,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    // A source that does not tell is as good as one that cannot be asked: what vouches for the package then is its signature, or nothing,
    // and that is said.
    private static async Task<JObject?> MaybeAsync(Func<Task<JObject?>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception error) when (FeedAnswers.IsOfSource(error))
        {
            return null;
        }
    }
}
