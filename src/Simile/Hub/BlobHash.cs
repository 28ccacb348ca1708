using System.Security.Cryptography;
using System.Text;

namespace Simile.Hub;

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
