using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Simile.Hub;

/// <summary>A model repository of the Hugging Face hub at a revision: <c>org/name</c> or <c>org/name@revision</c>. A few old ones have no
/// organization.</summary>
public sealed partial record HubReference
{
    /// <summary>The revision that is meant when none is named.</summary>
    public const string DefaultRevision = "main";

    private HubReference(string id, string revision) => (Id, Revision) = (id, revision);

    /// <summary>The repository, <c>org/name</c>.</summary>
    public string Id { get; }

    /// <summary>A branch, a tag or a commit hash; the default is <c>main</c>.</summary>
    public string Revision { get; }

    /// <summary>Whether the revision is a commit, which never changes.</summary>
    public bool IsPinned => CommitPattern().IsMatch(Revision);

    /// <summary>Whether the revision may be the beginning of a commit's hash.</summary>
    internal bool IsPartOfCommit => CommitStartPattern().IsMatch(Revision);

    /// <summary>Reads <c>org/name[@revision]</c>, or its address on the hub; false when the text has another form.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out HubReference? reference)
    {
        var (id, named) = RepositoryText.Split(text);
        var revision = named ?? DefaultRevision;
        reference = IsId(id) && IsRevision(revision) ? new HubReference(id, revision) : null;
        return reference is not null;
    }

    /// <summary>Reads <c>org/name[@revision]</c>, its address on the hub (<c>https://huggingface.co/org/name/tree/revision</c>), or the
    /// short name of a well-known model.</summary>
    /// <param name="text">The name.</param>
    /// <param name="revision">A revision that is named apart, or null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for any other text.</exception>
    public static HubReference Parse(string text, string? revision = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (named, inside) = RepositoryText.Split(text);
        if (inside is not null && revision is not null && inside != revision)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"Two revisions are named: '{inside}' in '{text}', and '{revision}'. Name one."
            );
        }

        var chosen = revision ?? inside ?? DefaultRevision;
        var id = KnownModels.Find(named)?.Id ?? named;
        return TryParse($"{id}@{chosen}", out var reference)
            ? reference
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{text}' names no model of the hub: expected is org/name or org/name@revision, such as "
                    + "sentence-transformers/all-MiniLM-L6-v2@main."
            );
    }

    /// <summary>The form <c>org/name@revision</c>.</summary>
    public override string ToString() => $"{Id}@{Revision}";

    internal static bool IsCommit(string text) => CommitPattern().IsMatch(text);

    /// <summary>Whether a text can be a repository's name.</summary>
    internal static bool IsId(string text) =>
        IdPattern().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("--", StringComparison.Ordinal);

    private static bool IsRevision(string text) =>
        RevisionPattern().IsMatch(text)
        && !text.Contains("..", StringComparison.Ordinal)
        && !text.Contains("//", StringComparison.Ordinal)
        && !text.EndsWith('/');

    [GeneratedRegex(@"\A([A-Za-z0-9_][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._/+=~-]{0,199}\z")]
    private static partial Regex RevisionPattern();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex CommitPattern();

    [GeneratedRegex(@"\A[0-9a-f]{7,39}\z")]
    private static partial Regex CommitStartPattern();
}
