namespace Simile.Hub;

/// <summary>What is known of a published embedding model or reranker without having it here.</summary>
/// <param name="Id">The repository, <c>org/name</c>.</param>
/// <param name="Kind">The network: bert, mpnet, xlm-roberta, roberta, distilbert, modernbert, nomic_bert, qwen3, static, resnet, vit, clip
/// or siglip.</param>
/// <param name="Dimensions">Values a vector.</param>
/// <param name="MaxTokens">Most tokens of a text that are used, or null for all.</param>
/// <param name="Pooling">How tokens become one vector: mean, cls, last.</param>
/// <param name="Languages">The languages it is made for; - for pictures.</param>
/// <param name="Licence">The licence on its card, as an SPDX identifier.</param>
/// <param name="Parameters">Weights, in millions.</param>
/// <param name="Megabytes">About what a pull downloads.</param>
internal sealed record KnownModel(
    string Id,
    string Kind,
    int Dimensions,
    int? MaxTokens,
    string Pooling,
    string Languages,
    string Licence,
    double Parameters,
    int Megabytes
)
{
    /// <summary>What stands before a query; empty for nothing.</summary>
    public string QueryPrompt { get; init; } = string.Empty;

    /// <summary>What stands before a document; empty for nothing.</summary>
    public string DocumentPrompt { get; init; } = string.Empty;

    /// <summary>A published score, or null where none was checked.</summary>
    public double? Score { get; init; }

    /// <summary>What the score measures, or null. Scores of different measures are not compared.</summary>
    public string? ScoreMeasure { get; init; }

    /// <summary>Who published the score, or null.</summary>
    public string? ScoreSource { get; init; }

    /// <summary>Whether it scores pairs of texts, and embeds nothing; its dimensions are then 0.</summary>
    public bool IsReranker { get; init; }

    /// <summary>What else must be known to use it, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The name without the organization.</summary>
    public string ShortName => Id[(Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
