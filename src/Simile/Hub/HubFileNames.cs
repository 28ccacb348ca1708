using System.Globalization;
using System.Text.RegularExpressions;
using Simile.Models;

namespace Simile.Hub;

/// <summary>Which files of a repository are needed, and which names no repository may have.</summary>
internal static partial class HubFileNames
{
    /// <summary>The files that Simile reads: configuration, tokenizer, card, and weights as safetensors.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.HubUnsafeName"/> for a name that leads out of the folder,
    /// <see cref="ErrorCode.UnsupportedModel"/> when there are no safetensors.</exception>
    public static IReadOnlyList<string> Choose(string id, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            Check(id, name);
        }

        var present = names.ToHashSet(StringComparer.Ordinal);
        var chosen = names
            .Where(name => IsWanted(name) && !IsNeedlessShard(name, present))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        var others = names
            .Where(name =>
                NamePattern().IsMatch(name)
                && IsOtherWeights(name)
                && !chosen.Exists(file => FolderOf(file) == FolderOf(name) && IsWeights(file))
            )
            .ToList();
        if (!chosen.Exists(IsWeights))
        {
            chosen.AddRange(OnnxOf(present));
        }

        if (!chosen.Exists(name => IsWeights(name) || IsOnnx(name)) || others.Exists(name => FolderOf(name).Length > 0))
        {
            var found = others.Count > 0 ? $"it has {string.Join(", ", others.Take(3))} instead" : "it has no weights at all";
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{id} has no model.safetensors where one is needed ({found}). Simile reads safetensors, and ONNX exports of the "
                    + "networks it knows: "
                    + $"look for a revision or another repository of the model that has them. {KnownModels.Find(id)?.Note}".TrimEnd()
            );
        }

        return chosen;
    }

    /// <summary>Refuses a name that is not a plain relative path.</summary>
    public static void Check(string id, string name)
    {
        if (!IsSafe(name))
        {
            var shown = string.Concat(name.Take(80).Select(letter => char.IsControl(letter) ? '?' : letter));
            throw new SimileException(
                ErrorCode.HubUnsafeName,
                $"{id} lists a file named '{shown}', which could be written outside of the cache. Nothing was downloaded; do not "
                    + "trust this repository."
            );
        }
    }

    /// <summary>Whether a name is a plain relative path, on every system.</summary>
    public static bool IsSafe(string name) =>
        name.Length is > 0 and <= 1000
        && !name.Any(letter => char.IsControl(letter) || letter == '\\')
        && !Array.Exists(name.Split('/'), part => part is "" or "." or "..")
        && !(name.Length > 1 && name[1] == ':');

    private static bool IsWanted(string name) =>
        NamePattern().IsMatch(name) && (FilePattern().IsMatch(FileOf(name)) || name == "README.md");

    private static bool IsWeights(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);

    private static bool IsOtherWeights(string name) =>
        FileOf(name) is "pytorch_model.bin" or "pytorch_model.bin.index.json" or "tf_model.h5" or "model.onnx" or "flax_model.msgpack";

    private static bool IsOnnx(string name) => name.EndsWith(".onnx", StringComparison.Ordinal);

    // The most exact export, and the file beside it that holds the weights of a large one.
    private static IEnumerable<string> OnnxOf(HashSet<string> present) =>
        Checkpoint.OnnxNames.FirstOrDefault(present.Contains) is { } model
            ? present
                .Where(name => name == model || name.StartsWith(model + "_data", StringComparison.Ordinal) || name == model + ".data")
                .Order(StringComparer.Ordinal)
            : [];

    // A whole model.safetensors makes the shards and their index needless.
    private static bool IsNeedlessShard(string name, HashSet<string> present) =>
        ShardPattern().IsMatch(FileOf(name)) && present.Contains(FolderOf(name) + "model.safetensors");

    private static string FileOf(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static string FolderOf(string name) => name[..(name.LastIndexOf('/') + 1)];

    // The top folder and those of modules: 1_Pooling, 2_Dense, 0_StaticEmbedding, query_0_Transformer.
    [GeneratedRegex(@"\A([A-Za-z]*_?[0-9]+_[A-Za-z0-9_]+/)?[A-Za-z0-9._-]+\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(
        @"\A(config[A-Za-z0-9_]*\.json|simile\.json|modules\.json|tokenizer\.json|tokenizer_config\.json"
            + @"|special_tokens_map\.json|added_tokens\.json|vocab\.(txt|json)"
            + @"|merges\.txt|[A-Za-z0-9._-]+\.model|adapter_config\.json|sentence_[a-z-]+_config\.json"
            + @"|(pre)?processor_config\.json|router_config\.json|golden\.json|calibration\.json"
            + @"|adapter_model\.safetensors|model(-[0-9]+-of-[0-9]+)?\.safetensors|model\.safetensors\.index\.json)\z"
    )]
    private static partial Regex FilePattern();

    [GeneratedRegex(@"\Amodel(-[0-9]+-of-[0-9]+\.safetensors|\.safetensors\.index\.json)\z")]
    private static partial Regex ShardPattern();
}

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
