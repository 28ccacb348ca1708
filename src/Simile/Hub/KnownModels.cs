using System.Collections.Immutable;
using Simile.Models;

namespace Simile.Hub;

/// <summary>Well-known embedding models and rerankers of the hub. The figures come from the models' cards; scores only where their source
/// was read.</summary>
internal static partial class KnownModels
{
    private const string Average = "MTEB(en, v1) average of 56";
    private const string Retrieval = "MTEB(en, v1) retrieval nDCG@10";
    private const string GteCard = "card of thenlper/gte-small";
    private const string MinishResults = "results of model2vec";
    private const string SnowflakeCard = "card of Snowflake/snowflake-arctic-embed-l";
    private const string OwnCard = "its own card";
    private const string E5Query = "query: ";
    private const string E5Passage = "passage: ";
    private const string BgeQuery = "Represent this sentence for searching relevant passages: ";
    private const string NomicQuery = "search_query: ";
    private const string Reranks = "Scores texts against a query and embeds nothing: for 'simile rerank' and 'simile search'.";
    private const string Pictures = "Embeds pictures.";
    private const string Both =
        "Embeds texts and pictures into one space. A revision with safetensors is needed; where the main branch has none, name one "
        + "with --revision.";
    private const string NomicDocument = "search_document: ";

    /// <summary>All of them, in the order in which a reader may want to see them.</summary>
    public static ImmutableArray<KnownModel> All => Table;

    /// <summary>The one of a full or a short name, or null. Case does not matter.</summary>
    public static KnownModel? Find(string name) =>
        Table.FirstOrDefault(model => string.Equals(model.Id, name, StringComparison.OrdinalIgnoreCase))
        ?? Table.FirstOrDefault(model => string.Equals(model.ShortName, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What is known of a published embedding model or reranker without having it here.</summary>
/// <param name="Id">The repository, <c>org/name</c>.</param>
/// <param name="Kind">The network: bert, mpnet, xlm-roberta, roberta, distilbert, modernbert, nomic_bert, qwen3, static, resnet, vit, clip
/// or siglip.</param>
/// <param name="Dimensions">Values a vector.</param>
/// <param name="MaxTokens">Most tokens of a text that are used, or null for all.</param>
/// <param name="Pooling">How tokens become one vector: mean, cls, last.</param>
/// <param name="Languages">The languages it is made for; - for pictures.</param>
/// <param name="License">The licence on its card, as an SPDX identifier.</param>
/// <param name="Parameters">Weights, in millions.</param>
/// <param name="Megabytes">About what a pull downloads.</param>
internal sealed record KnownModel(
    string Id,
    string Kind,
    int Dimensions,
    int? MaxTokens,
    string Pooling,
    string Languages,
    string License,
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

/// <summary>Prompts that some models were trained with and only their cards tell. They belong to the model, wherever its folder
/// lies.</summary>
internal static class KnownPrompts
{
    private const int CardLines = 200;
    private static readonly string[] Joints = ["/", "--", "_", "-"];

    /// <summary>The prompts of a folder's model, and a note for the user where the model had to be recognized.</summary>
    /// <param name="folder">The folder, which has no prompts of its own.</param>
    /// <param name="kind">The kind of its network.</param>
    /// <param name="madeFrom">What config.json calls the model's origin (<c>_name_or_path</c>), or null.</param>
    public static (ImmutableDictionary<string, string> Prompts, string? Note) Of(ModelFolder folder, string kind, string? madeFrom)
    {
        if (folder.Name.Contains('/', StringComparison.Ordinal))
        {
            return (KnownModels.Find(folder.Name) is { } own ? PromptsOf(own) : Nothing, null);
        }

        if (WithPrompts(kind, model => HasName(model, folder.Name)) is { } named)
        {
            return (PromptsOf(named), Note(folder, named, "by the folder's name"));
        }

        if (CardName(folder) is { } card && WithPrompts(kind, model => HasName(model, card)) is { } carded)
        {
            return (PromptsOf(carded), Note(folder, carded, "by its card, README.md"));
        }

        return
            madeFrom is not null
            && WithPrompts(kind, model => string.Equals(model.Id, madeFrom, StringComparison.OrdinalIgnoreCase)) is { } origin
            ? (PromptsOf(origin), Note(folder, origin, "by '_name_or_path' in config.json"))
            : (Nothing, null);
    }

    private static ImmutableDictionary<string, string> Nothing => ImmutableDictionary<string, string>.Empty;

    private static KnownModel? WithPrompts(string kind, Func<KnownModel, bool> isMeant) =>
        KnownModels.All.FirstOrDefault(model =>
            model.Kind == kind && model.QueryPrompt.Length + model.DocumentPrompt.Length > 0 && isMeant(model)
        );

    // e5-small-v2, or as tools write org/name into one name: intfloat_e5-small-v2, models--intfloat--e5-small-v2.
    private static bool HasName(KnownModel model, string name) =>
        string.Equals(name, model.ShortName, StringComparison.OrdinalIgnoreCase)
        || Joints.Any(joint =>
            (name.StartsWith("models--", StringComparison.Ordinal) ? name["models--".Length..] : name).Equals(
                model.Id.Replace("/", joint, StringComparison.Ordinal),
                StringComparison.OrdinalIgnoreCase
            )
        );

    private static ImmutableDictionary<string, string> PromptsOf(KnownModel model) =>
        Nothing.Add("query", model.QueryPrompt).Add("document", model.DocumentPrompt);

    private static string Note(ModelFolder folder, KnownModel model, string how) =>
        $"{folder.Path} names no prompts; it is taken for {model.Id} ({how}): \"{model.QueryPrompt}\" stands before "
        + $"queries{(model.DocumentPrompt.Length > 0 ? $" and \"{model.DocumentPrompt}\" before documents" : string.Empty)}. "
        + "\"prompts\" in config_sentence_transformers.json decides otherwise.";

    // The name under "model-index:" in the head of a card.
    private static string? CardName(ModelFolder folder)
    {
        if (!File.Exists(folder.File("README.md")))
        {
            return null;
        }

        var head = File.ReadLines(folder.File("README.md"))
            .Take(CardLines)
            .SkipWhile(line => !line.StartsWith("model-index:", StringComparison.Ordinal))
            .Skip(1)
            .FirstOrDefault();
        var entry = head?.Trim().TrimStart('-').Trim();
        return entry?.StartsWith("name:", StringComparison.Ordinal) == true ? entry["name:".Length..].Trim().Trim('"', '\'') : null;
    }
}
