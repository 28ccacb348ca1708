using System.Globalization;
using System.Text.RegularExpressions;

namespace Simile.Hub;

/// <summary>What the hub says of a file before it is fetched.</summary>
/// <param name="Name">The path inside the repository, with forward slashes.</param>
/// <param name="Address">Where it is fetched.</param>
/// <param name="Etag">SHA-256 of its content (64 digits), or git's SHA-1 of it (40 digits).</param>
/// <param name="Size">Its length, or null when the hub does not say.</param>
internal sealed partial record HubFile(string Name, Uri Address, string Etag, long? Size)
{
    /// <summary>Reads the headers of a HEAD.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.HubBadAnswer"/>.</exception>
    public static HubFile Read(string name, Uri address, string commit, HttpResponseMessage response)
    {
        var etag = Normalize(HubAnswers.Header(response, "X-Linked-Etag") ?? HubAnswers.Header(response, "ETag"));
        if (!HashPattern().IsMatch(etag))
        {
            throw new SimileException(
                ErrorCode.HubBadAnswer,
                $"{address.Authority} names no checksum of {name} (ETag '{etag}'), so the file could not be verified. Check "
                    + "HF_ENDPOINT and the proxy."
            );
        }

        if (HubAnswers.Header(response, "X-Repo-Commit") is { } served && served != commit)
        {
            throw new SimileException(
                ErrorCode.HubBadAnswer,
                $"{address.Authority} has {name} of commit {served}, but {commit} was asked for. Check HF_ENDPOINT and the proxy."
            );
        }

        var size =
            HubAnswers.Header(response, "X-Linked-Size") is { } linked
            && long.TryParse(linked, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? length
            : HubAnswers.Header(response, "X-Linked-Etag") is null ? response.Content.Headers.ContentLength
            : null;
        return new HubFile(name, address, etag, size);
    }

    // W/"value" and "value" are the same value.
    private static string Normalize(string? etag) => (etag ?? string.Empty).TrimStart('W', '/').Trim('"');

    [GeneratedRegex(@"\A([0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex HashPattern();
}
