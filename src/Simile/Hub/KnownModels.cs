using System.Collections.Immutable;

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
