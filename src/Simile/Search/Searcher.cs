using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Searches a store by meaning, by words, or by both. The vectors are held in memory; safe to call from one thread at a time a store allows.</summary>
public sealed class Searcher
{
    private readonly IChunkStore _store;
    private readonly ContentEmbedder _embedder;
    private readonly ChunkVectors _vectors;
    private readonly int _threads;

    private Searcher(IChunkStore store, ContentEmbedder embedder, ChunkVectors vectors, int threads) =>
        (_store, _embedder, _vectors, _threads) = (store, embedder, vectors, threads);

    /// <summary>Chunks that can be found.</summary>
    public int Count => _vectors.Ids.Length;

    /// <summary>Reads the vectors of a store.</summary>
    /// <param name="store">The store; it stays the caller's to dispose, after the searcher's last use.</param>
    /// <param name="embedder">The model the store was filled with.</param>
    /// <param name="threads">Threads of one search.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.IndexOfAnotherSpace"/>, <see cref="ErrorCode.BadStore"/>.</exception>
    public static Searcher Open(IChunkStore store, ContentEmbedder embedder, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(embedder);
        store.EnsureSpace(embedder.Space);
        return new Searcher(store, embedder, store.ReadVectors(), threads);
    }

    /// <summary>The best passages and pictures for a query.</summary>
    /// <param name="query">A text, or a picture; a picture is searched by meaning alone.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="SimileException">The error of the query (codes of the 100s), or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(Content query, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wanted = options ?? new SearchOptions();
        var ranking = await RankAsync(query, wanted, cancellationToken).ConfigureAwait(false);
        return [.. ranking.Take(wanted.Top).Select(HitOf)];
    }

    /// <summary>The ids of the best chunks for a query, without reading their texts.</summary>
    /// <inheritdoc cref="SearchAsync"/>
    public async Task<IReadOnlyList<ScoredChunk>> RankAsync(Content query, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var wanted = (options ?? new SearchOptions()).Checked();
        var depth = wanted.Mode == SearchMode.Hybrid ? Math.Max(wanted.Top, wanted.Pool) : wanted.Top;
        if (query.Text is not { } words)
        {
            return wanted.Mode == SearchMode.Keyword
                ? throw new SimileException(ErrorCode.InvalidOption, "A picture has no words to search by. Use the mode hybrid or dense.")
                : await RankDenseAsync(query, wanted.Top, cancellationToken).ConfigureAwait(false);
        }

        switch (wanted.Mode)
        {
            case SearchMode.Dense:
                return await RankDenseAsync(query, depth, cancellationToken).ConfigureAwait(false);
            case SearchMode.Keyword:
                return _store.SearchWords(words, depth);
        }

        // Both at once: the store is busy with words while this thread compares vectors.
        var keyword = Task.Run(() => _store.SearchWords(words, depth), cancellationToken);
        try
        {
            return wanted.Fusion.Fuse(await RankDenseAsync(query, depth, cancellationToken).ConfigureAwait(false), await keyword.ConfigureAwait(false), _vectors.Pictures);
        }
        finally
        {
            // The store must be at rest when this returns, even if the query has no vector.
            await Task.WhenAny(keyword).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<ScoredChunk>> RankDenseAsync(Content query, int depth, CancellationToken cancellationToken)
    {
        var batch = await _embedder.EmbedAsync([query], new EmbedOptions { Purpose = EmbedPurpose.Query }, cancellationToken).ConfigureAwait(false);
        if (batch.Outcomes[0].Error is { } error)
        {
            throw error;
        }

        var rows = TopK.Search(_vectors.Values, batch.Dimensions, batch.Block, depth, Metric, _threads);
        return [.. rows.Select(row => new ScoredChunk(_vectors.Ids[row.Row], row.Score))];
    }

    // The dot product of unit vectors is their cosine, and the fastest.
    private SimilarityMetric Metric => _embedder.Space.UnitLength ? SimilarityMetric.Dot : _embedder.Space.Metric;

    private SearchHit HitOf(ScoredChunk scored, int index)
    {
        var stored = _store.Read(scored.Id);
        return new SearchHit(index + 1, scored.Score, stored.Path, stored.Chunk.StartLine, stored.Chunk.EndLine, stored.Chunk.Heading, stored.Chunk.Text);
    }
}
