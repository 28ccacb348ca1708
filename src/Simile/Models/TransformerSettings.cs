namespace Simile.Models;

/// <summary>What sentence-transformers says of a Transformer module: sentence_bert_config.json, or the first of its older names that is
/// there.</summary>
/// <param name="MaxTokens">The limit to the tokens of a text, or null.</param>
/// <param name="Lowercase">Whether texts are lower-cased before they are tokenized.</param>
internal sealed record TransformerSettings(int? MaxTokens, bool Lowercase)
{
    private static readonly string[] FileNames =
    [
        .. new[] { "bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet" }.Select(kind =>
            $"sentence_{kind}_config.json"
        ),
    ];
    private static readonly string[] NotDone =
    [
        "query_expansion",
        "processing_kwargs",
        "tokenizer_name_or_path",
        "tokenizer_args",
        "processor_kwargs",
    ];
    private static readonly string[] Arguments = ["model_args", "model_kwargs", "config_args", "config_kwargs"];
    private static readonly string[] Harmless =
    [
        "trust_remote_code",
        "dtype",
        "torch_dtype",
        "attn_implementation",
        "add_pooling_layer",
        "use_safetensors",
        "revision",
        "cache_dir",
    ];

    /// <summary>Reads the file of a folder.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="path">The module's folder inside it.</param>
    /// <param name="givesVectors">Whether the network ends in a vector of its own (CLIP, SigLIP).</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static TransformerSettings Read(ModelFolder folder, string path, bool givesVectors = false)
    {
        if (Find(folder, path) is not { } config)
        {
            return new TransformerSettings(null, Lowercase: false);
        }

        config.Require("transformer_task", "feature-extraction");
        config.Require("module_output_name", givesVectors ? "sentence_embedding" : "token_embeddings");
        config
            .Child("modality_config")
            ?.Child("text")
            ?.Require("method_output_name", givesVectors ? ["pooler_output", "text_embeds"] : ["last_hidden_state"]);
        config.RefuseAny(NotDone);
        foreach (var name in Arguments)
        {
            if (config.NamesOf(name).FirstOrDefault(argument => !Harmless.Contains(argument, StringComparer.Ordinal)) is { } argument)
            {
                throw config.Unsupported($"'{name}' with '{argument}'");
            }
        }

        return new TransformerSettings(LimitOf(config), config.FlagOrNull("do_lower_case") ?? false);
    }

    /// <summary>The limit of a reranker's transformer, or null.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for what is not done to pairs.</exception>
    public static int? ReadPairLimit(ModelFolder folder)
    {
        if (Find(folder, string.Empty) is not { } config)
        {
            return null;
        }

        config.RefuseAny(["do_lower_case", .. NotDone]);
        return LimitOf(config);
    }

    private static ModelConfig? Find(ModelFolder folder, string path) =>
        FileNames.Select(name => folder.ReadConfig(path, name)).FirstOrDefault(config => config is not null);

    private static int? LimitOf(ModelConfig config)
    {
        var (own, query, document) = (
            config.LimitOrNull("max_seq_length"),
            config.LimitOrNull("query_length"),
            config.LimitOrNull("document_length")
        );
        return query == document
            ? query ?? own
            : throw config.Unsupported(
                $"queries of {query?.ToString() ?? "any number of"} and documents of {document?.ToString() ?? "any number of"} tokens "
                    + "('query_length', 'document_length')"
            );
    }
}
