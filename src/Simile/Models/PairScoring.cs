using System.Text.Json;

namespace Simile.Models;

/// <summary>Tells from a folder's configuration whether its model scores pairs of texts (a reranker) instead of embedding, without loading
/// it.</summary>
internal static class PairScoring
{
    /// <summary>The end of the architectures that Hugging Face's library sorts texts and pairs with.</summary>
    public const string Classifier = "ForSequenceClassification";

    /// <summary>The architecture of Qwen3-Reranker, and of Qwen3-Embedding, whose modules.json pools.</summary>
    public const string Causal = "Qwen3ForCausalLM";

    /// <summary>The module of sentence-transformers that makes a score of two tokens' logits.</summary>
    public const string LogitScore = "LogitScore";

    /// <summary>Whether the model of a folder scores pairs. What pools tokens into vectors embeds, whatever its architecture is
    /// called.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when a configuration file is no JSON.</exception>
    public static bool Is(ModelFolder folder)
    {
        var modules = ModulesOf(folder).Select(module => module.Type).ToArray();
        return modules is ["Transformer", LogitScore]
            || (
                modules is [] or ["Transformer"]
                && Architecture(folder) is { } architecture
                && (architecture.EndsWith(Classifier, StringComparison.Ordinal) || (architecture == Causal && modules is []))
            );
    }

    /// <summary>Refuses to embed with a folder whose model scores pairs.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static void RefuseToEmbed(ModelFolder folder)
    {
        if (Is(folder))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.Path} is a reranker ({Architecture(folder)}): it scores pairs of texts and embeds nothing. Rerank with it "
                    + "('simile rerank', Reranker.LoadAsync), or take a model that embeds."
            );
        }
    }

    /// <summary>The first architecture that config.json names, or null.</summary>
    public static string? Architecture(ModelFolder folder) =>
        folder.ReadConfig(string.Empty, "config.json")?.TextOrTexts("architectures").FirstOrDefault();

    /// <summary>The modules of modules.json by the last part of their types, with their folders; none where there is no such file, or
    /// another one than sentence-transformers writes.</summary>
    public static IEnumerable<(string Type, string Path)> ModulesOf(ModelFolder folder) =>
        folder.ReadJson("modules.json") is { ValueKind: JsonValueKind.Array } modules
            ? modules.EnumerateArray().Select(module => (ModelModules.KnownType(TextOf(module, "type")), TextOf(module, "path")))
            : [];

    private static string TextOf(JsonElement module, string name) =>
        module.ValueKind == JsonValueKind.Object && module.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : string.Empty;
}
