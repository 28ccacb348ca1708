using System.Collections;
using Simile.Ingestion;

namespace Simile.Search;

/// <summary>An answer of a search.</summary>
/// <param name="Rank">Its place, from 1.</param>
/// <param name="Score">Its score: cosine (dense), BM25 (keyword) or the fused score (hybrid); higher is better, comparable within one
/// search only.</param>
/// <param name="Path">The file, or the id of a text of one's own.</param>
/// <param name="StartLine">The first line, from 1.</param>
/// <param name="EndLine">The last line.</param>
/// <param name="Heading">The headings above it.</param>
/// <param name="Text">The passage.</param>
public sealed record SearchHit(int Rank, double Score, string Path, int StartLine, int EndLine, string Heading, string Text)
{
    /// <summary>Whether the answer is a picture; its text is then its file's name, its lines are 0.</summary>
    public bool IsPicture => StartLine == 0;

    /// <summary>Where it stands in a document that has no lines of its own ("page 3", "sheet Prices, row 4", "slide 2"); empty where the
    /// lines say it.</summary>
    public string Place { get; init; } = string.Empty;

    /// <summary>The document's id: the file's path, or the id that a text of one's own was put in with.</summary>
    public string Id => Path;

    /// <summary>The passage's id in its store.</summary>
    internal long ChunkId { get; init; }

    /// <summary>The passage's metadata.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Metadata { get; init; } = ChunkMetadata.None;

    /// <summary>The cosine of the query's vector and the passage's, from -1 to 1; null where either has none or no vectors were compared.
    /// What a value means differs from model to model.</summary>
    public double? Cosine { get; init; }

    /// <summary>Its place by meaning, from 1; null where it is not among the best by meaning.</summary>
    public int? DenseRank { get; init; }

    /// <summary>Its place by words, from 1; null where it has none of the query's words.</summary>
    public int? KeywordRank { get; init; }

    /// <summary>The score of the reranker that gave it its place; null where none did. <see cref="Score"/> stays that of the
    /// search.</summary>
    public double? RerankScore { get; init; }
}

/// <summary>The answers of a search, best first, with what should be known of them.</summary>
public sealed class SearchResults : IReadOnlyList<SearchHit>
{
    private readonly IReadOnlyList<SearchHit> _hits;

    internal SearchResults(IReadOnlyList<SearchHit> hits, IReadOnlyList<string> notes) => (_hits, Notes) = (hits, notes);

    /// <summary>What was done otherwise than asked, or left out, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public int Count => _hits.Count;

    /// <inheritdoc/>
    public SearchHit this[int index] => _hits[index];

    /// <inheritdoc/>
    public IEnumerator<SearchHit> GetEnumerator() => _hits.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
