using System.Security.Cryptography;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Packaging.Signing;

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
