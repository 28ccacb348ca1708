using System.Text.Json;

namespace Simile.Hub;

/// <summary>What a repository holds at a revision.</summary>
/// <param name="Commit">The commit that the revision points to.</param>
/// <param name="Names">The paths of its files.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<string> Names)
{
    private const int LargestAnswer = 64 << 20;

    /// <summary>Asks the hub.</summary>
    public static async Task<HubListing> FetchAsync(
        HubConnection connection,
        Uri endpoint,
        HubReference reference,
        CancellationToken cancellationToken
    )
    {
        var address = HubAddresses.Listing(endpoint, reference);
        using var response = await connection.SendAsync(HttpMethod.Get, address, 0, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = body.ConfigureAwait(false);
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        int count;
        while (
            (
                count = await connection
                    .WatchAsync(address.Authority, token => body.ReadAsync(buffer, token).AsTask(), cancellationToken)
                    .ConfigureAwait(false)
            ) > 0
        )
        {
            memory.Write(buffer, 0, count);
            if (memory.Length > LargestAnswer)
            {
                throw new SimileException(
                    ErrorCode.HubBadAnswer,
                    $"{address} answers with more than {LargestAnswer >> 20} MB. Check HF_ENDPOINT and the proxy."
                );
            }
        }

        return Parse(memory.ToArray(), address, reference);
    }

    /// <summary>Reads the hub's JSON: <c>sha</c>, and <c>rfilename</c> of each of the <c>siblings</c>.</summary>
    internal static HubListing Parse(byte[] json, Uri address, HubReference reference)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? string.Empty;
            var names = document
                .RootElement.GetProperty("siblings")
                .EnumerateArray()
                .Select(file => file.GetProperty("rfilename").GetString() ?? string.Empty)
                .ToList();
            if (HubReference.IsCommit(commit) && (!reference.IsPinned || commit == reference.Revision))
            {
                return new HubListing(commit, names);
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Bad(address, error);
        }

        throw Bad(address, null);
    }

    private static SimileException Bad(Uri address, Exception? error) =>
        new(
            ErrorCode.HubBadAnswer,
            $"{address} does not answer with the commit and the files of that model. Check HF_ENDPOINT and the proxy.",
            error
        );
}
