using System.Text.RegularExpressions;

namespace Simile.Hub;

/// <summary>The ways in which people write a repository: <c>org/name</c>, <c>org/name@revision</c>, and the addresses that a browser
/// shows.</summary>
internal static partial class RepositoryText
{
    /// <summary>The repository and the revision that a text names, neither of them checked; the revision is null where none is
    /// named.</summary>
    public static (string Id, string? Revision) Split(string? text)
    {
        var name = (text ?? string.Empty).Trim(' ', '\t');
        var address = AddressPattern().Match(name);
        if (!address.Success && name.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            return (name[..at].TrimEnd('/'), name[(at + 1)..]);
        }

        // A folder of one's own is no repository, however it ends.
        var path = address.Success ? Uri.UnescapeDataString(address.Groups["path"].Value) : name;
        return path.StartsWith('/') || path.StartsWith('.') || path.StartsWith('~')
            ? (path, null)
            : SplitPath(path, address.Success ? address.Groups["path"].Value : name);
    }

    private static (string Id, string? Revision) SplitPath(string path, string escaped)
    {
        var parts = escaped.Trim('/').Split('/');
        var place = Array.FindIndex(parts, part => part is "tree" or "blob" or "resolve" or "commit");
        if (place is not (1 or 2) || place + 1 >= parts.Length)
        {
            return (path.TrimEnd('/'), null);
        }

        // A slash inside of a branch's name is escaped in addresses; only refs/pr/1 and its like are written plainly.
        var rest = parts[(place + 1)..];
        var revision = rest is ["refs", _, _, ..] ? string.Join('/', rest[..3]) : rest[0];
        return (string.Join('/', parts[..place]), Uri.UnescapeDataString(revision));
    }

    [GeneratedRegex(@"\A(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://)(?<path>[^?#]*)", RegexOptions.IgnoreCase)]
    private static partial Regex AddressPattern();
}
