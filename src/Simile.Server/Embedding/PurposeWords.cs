using Simile.Server.Limits;

namespace Simile.Server.Embedding;

/// <summary>The words for purposes that clients of all makers use.</summary>
internal static class PurposeWords
{
    /// <summary>The words, for messages.</summary>
    public const string Known =
        "query, search_query, retrieval.query, document, passage, search_document, retrieval.passage, classification, clustering, "
        + "separation, text-matching, similarity";

    /// <summary>The purpose that the first of some fields names that has a word.</summary>
    /// <exception cref="RefusalException">Nobody knows the word.</exception>
    public static EmbedPurpose Of(params ReadOnlySpan<(string Field, string? Word)> fields)
    {
        foreach (var (field, word) in fields)
        {
            if (word is not null)
            {
                return Find(word) ?? throw Refusal.Invalid(field, $"The {field} '{word}' is none; expected is one of {Known}.");
            }
        }

        return EmbedPurpose.Unspecified;
    }

    /// <summary>The purpose of a word; none for a word that nobody knows.</summary>
    public static EmbedPurpose? Find(string? word) =>
        word?.ToLowerInvariant() switch
        {
            null or "" or "none" or "null" => EmbedPurpose.Unspecified,
            "query" or "search_query" or "retrieval.query" or "retrieval_query" => EmbedPurpose.Query,
            "document"
            or "passage"
            or "corpus"
            or "search_document"
            or "retrieval.passage"
            or "retrieval.document"
            or "retrieval_document" => EmbedPurpose.Document,
            "classification" or "clustering" or "separation" or "text-matching" or "similarity" or "semantic_similarity" or "image" =>
                EmbedPurpose.Unspecified,
            _ => null,
        };
}
