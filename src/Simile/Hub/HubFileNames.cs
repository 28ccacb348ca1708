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
