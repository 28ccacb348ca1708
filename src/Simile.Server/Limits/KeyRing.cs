using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Simile.Server.Limits;

/// <summary>The keys that clients show. Only their hashes are kept, and all of them are compared, each in the same time.</summary>
internal sealed class KeyRing
{
    private const string Bearer = "Bearer ";
    private readonly byte[][] _hashes;

    public KeyRing(IEnumerable<string> keys) => _hashes = [.. keys.Select(Hash)];

    /// <summary>Whether a key is asked for.</summary>
    public bool IsAskedFor => _hashes.Length > 0;

    /// <summary>Refuses a request without one of the keys.</summary>
    /// <exception cref="RefusalException"><see cref="RefusalKind.Unauthorized"/>.</exception>
    public void Require(IHeaderDictionary headers)
    {
        if (!IsAskedFor)
        {
            return;
        }

        var shown = Shown(headers);
        if (!Holds(shown))
        {
            var what = shown.Length == 0 ? "No key was shown" : "The key that was shown is none of this server's";
            throw new RefusalException(
                new Refusal(
                    RefusalKind.Unauthorized,
                    ErrorCode.ClientRefused,
                    $"{what}. Send one in the header 'Authorization: Bearer KEY', 'api-key' or 'x-api-key'."
                )
            );
        }
    }

    private bool Holds(string shown)
    {
        var (hash, isKnown) = (Hash(shown), false);
        foreach (var known in _hashes)
        {
            isKnown |= CryptographicOperations.FixedTimeEquals(hash, known);
        }

        return isKnown;
    }

    private static string Shown(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim()
            : headers["api-key"].ToString() is { Length: > 0 } azure ? azure
            : headers["x-api-key"].ToString();
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
