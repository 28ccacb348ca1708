using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Simile.Hub;

namespace Simile.NuGet;

/// <summary>The packages of NuGet that are known to hold a model.</summary>
internal static partial class KnownPackages
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<KnownPackage> All => Table;

    /// <summary>The package of an id, or null. Case does not matter, as in NuGet.</summary>
    public static KnownPackage? Find(string id) =>
        Table.FirstOrDefault(package => string.Equals(package.Id, id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The package that holds a model, by the model's full name, or null.</summary>
    public static KnownPackage? Of(string model) =>
        Table.FirstOrDefault(package => string.Equals(package.Model.Id, model, StringComparison.OrdinalIgnoreCase));

    // An encoder of the shape of MiniLM-L6 as sentence-transformers publishes one: what its graph and its vocabulary do not say.
    private static ImmutableSortedDictionary<string, string> SmallBert(KnownModel model, string queryPrompt) =>
        new Dictionary<string, string>
        {
            ["config.json"] = """
                {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": 384, "num_attention_heads": 12, "intermediate_size": 1536,
                 "hidden_act": "gelu", "num_hidden_layers": 6,
                 "max_position_embeddings": 512, "type_vocab_size": 2, "vocab_size": 30522, "layer_norm_eps": 1e-12, "pad_token_id": 0}
                """,
            ["tokenizer_config.json"] = """{"do_lower_case": true, "tokenizer_class": "BertTokenizer", "model_max_length": 512}""",
            ["modules.json"] = """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
                """,
            ["1_Pooling/config.json"] = new JsonObject
            {
                ["word_embedding_dimension"] = model.Dimensions,
                ["pooling_mode_cls_token"] = model.Pooling == "cls",
                ["pooling_mode_mean_tokens"] = model.Pooling == "mean",
                ["pooling_mode_max_tokens"] = false,
                ["pooling_mode_mean_sqrt_len_tokens"] = false,
            }.ToJsonString(),
            ["sentence_bert_config.json"] = new JsonObject
            {
                ["max_seq_length"] = model.MaxTokens,
                ["do_lower_case"] = false,
            }.ToJsonString(),
            ["config_sentence_transformers.json"] = new JsonObject
            {
                ["prompts"] = queryPrompt.Length > 0 ? new JsonObject { ["query"] = queryPrompt } : [],
                ["default_prompt_name"] = null,
            }.ToJsonString(),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>A published package that holds a model without saying all that is needed to run it.</summary>
/// <param name="Id">The package.</param>
/// <param name="Model">What is known of the model itself.</param>
/// <param name="Files">Which of its files and resources make the model.</param>
/// <param name="Texts">The files that it lacks, by name.</param>
internal sealed record KnownPackage(
    string Id,
    KnownModel Model,
    ImmutableArray<KnownFile> Files,
    ImmutableSortedDictionary<string, string> Texts
)
{
    /// <summary>The version that this was written down from, and that is taken where none is named.</summary>
    public required string Version { get; init; }

    /// <summary>About what a pull downloads, in megabytes.</summary>
    public required int Megabytes { get; init; }

    /// <summary>What the card says of the model's origin and licence.</summary>
    public required string About { get; init; }
}

/// <summary>A file of a known package.</summary>
/// <param name="Source">How the name of the file in the package, or of the resource in its assembly, ends.</param>
/// <param name="Target">Its name in the model's folder.</param>
/// <param name="Sha256">Its checksum in the version that is known.</param>
internal sealed record KnownFile(string Source, string Target, string Sha256);
