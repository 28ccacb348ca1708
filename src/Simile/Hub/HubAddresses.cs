namespace Simile.Hub;

/// <summary>The hub's addresses.</summary>
internal static class HubAddresses
{
    /// <summary>Where the files of a repository are listed.</summary>
    public static Uri Listing(Uri endpoint, HubReference reference) =>
        new($"{Root(endpoint)}/api/models/{reference.Id}/revision/{Uri.EscapeDataString(reference.Revision)}");

    /// <summary>Where a file of a commit is fetched.</summary>
    public static Uri File(Uri endpoint, string id, string commit, string name) =>
        new($"{Root(endpoint)}/{id}/resolve/{commit}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}");

    private static string Root(Uri endpoint) => endpoint.AbsoluteUri.TrimEnd('/');
}
