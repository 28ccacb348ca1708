using System.Collections.Immutable;

namespace Simile.Models;

/// <summary>What sentence-transformers says of a whole model: config_sentence_transformers.json.</summary>
internal sealed record SentenceConfig
{
    private const string OwnType = "SentenceTransformer";

    /// <summary>What is put before a text, by purpose (<c>query</c>, <c>document</c>).</summary>
    public ImmutableDictionary<string, string> Prompts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What stands before a text whose purpose is not said; empty for nothing.</summary>
    public string DefaultPrompt { get; init; } = string.Empty;

    /// <summary>The name of the similarity the model was trained for (<c>cosine</c>, <c>dot</c>, …), or null.</summary>
    public string? SimilarityName { get; init; }

    /// <summary>Values of a vector where a caller asks for no other length, or null for all.</summary>
    public int? TruncateDimensions { get; init; }

    /// <summary>Shorter lengths the model was trained for.</summary>
    public ImmutableArray<int> TrainedDimensions { get; init; } = [];

    /// <summary>Reads the file; a folder without it says nothing.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    internal static SentenceConfig Read(ModelFolder folder)
    {
        if (folder.ReadConfig(string.Empty, "config_sentence_transformers.json") is not { } config)
        {
            return new SentenceConfig();
        }

        config.Require("model_type", OwnType);
        var prompts = config.Texts("prompts");
        return new SentenceConfig
        {
            Prompts = prompts,
            DefaultPrompt = config.TextOrNull("default_prompt_name") is { } name ? DefaultOf(folder, prompts, name) : string.Empty,
            SimilarityName = config.TextOrNull("similarity_fn_name"),
            TruncateDimensions = config.Has("truncate_dim") ? config.Number("truncate_dim") : null,
            TrainedDimensions = config.Numbers("matryoshka_dimensions", "matryoshka_dims"),
        };
    }

    private static string DefaultOf(ModelFolder folder, ImmutableDictionary<string, string> prompts, string name) =>
        prompts.GetValueOrDefault(name)
        ?? throw new SimileException(
            ErrorCode.UnsupportedModel,
            $"{folder.Path} names the default prompt '{name}', but has prompts for "
                + $"{(prompts.IsEmpty ? "nothing" : string.Join(", ", prompts.Keys.Order(StringComparer.Ordinal)))} only. Correct "
                + "config_sentence_transformers.json."
        );
}
