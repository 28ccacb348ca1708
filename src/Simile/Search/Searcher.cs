using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Searches a store by meaning, by words, or by both. The vectors are held in memory, and read anew once the store has changed. Safe to call from several threads.</summary>
public sealed class Searcher
{
    private const int MaxReads = 3;
    private readonly IChunkStore _store;
    private readonly ContentEmbedder? _embedder;
    private readonly int _threads;
    private readonly Lock _reading = new();
    private volatile StoreSnapshot _snapshot;

    private Searcher(IChunkStore store, ContentEmbedder? embedder, int threads)
    {
        (_store, _embedder, _threads) = (store, embedder, threads);
        _snapshot = Read();
    }

    /// <summary>Chunks that can be found.</summary>
    public int Count => _snapshot.Vectors.Chunks;

    /// <summary>What should be known of the store: vectors of another recipe than the model's, damaged ones.</summary>
    public IReadOnlyList<string> Notes => _snapshot.Notes;

    /// <summary>Reads the vectors of a store.</summary>
    /// <param name="store">The store; it stays the caller's to dispose, after the searcher's last use.</param>
    /// <param name="embedder">The model the store was filled with, or null to search by words alone.</param>
    /// <param name="threads">Threads of one search.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.IndexOfAnotherSpace"/>, <see cref="ErrorCode.BadStore"/>.</exception>
    public static Searcher Open(IChunkStore store, ContentEmbedder? embedder, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (embedder is not null)
        {
            store.EnsureSpace(embedder.Space);
        }

        return new Searcher(store, embedder, threads);
    }

    /// <summary>The best passages and pictures for a query.</summary>
    /// <param name="query">A text, or a picture; a picture is searched by meaning alone.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <remarks>A hybrid search of which one half cannot answer (the model knows no word of the query, the store has no vectors) is answered by the other, with a note.</remarks>
    /// <exception cref="SimileException">The error of the query (codes of the 100s), or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public async Task<SearchResults> SearchAsync(Content query, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wanted = (options ?? new SearchOptions()).Checked();
        for (var attempt = 1; ; attempt++)
        {
            var ranking = await FindAsync(query, wanted, cancellationToken).ConfigureAwait(false);
            var (hits, vanished) = HitsOf(ranking, wanted.Top);

            // Chunks vanish when the store changes in the middle of a search: then it is asked anew.
            if (vanished == 0 || attempt == MaxReads || _store.Version == ranking.Store.Version)
            {
                return new SearchResults(hits, ranking.Notes);
            }
        }
    }

    /// <summary>The ids of the best chunks for a query, without reading their texts.</summary>
    /// <inheritdoc cref="SearchAsync"/>
    public async Task<IReadOnlyList<ScoredChunk>> RankAsync(Content query, SearchOptions? options = null, CancellationToken cancellationToken = default) =>
        (await FindAsync(query, (options ?? new SearchOptions()).Checked(), cancellationToken).ConfigureAwait(false)).Best;

    private async Task<SearchRanking> FindAsync(Content query, SearchOptions wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var ranking = new SearchRanking(Current());
        var depth = wanted.Mode == SearchMode.Hybrid ? Math.Max(wanted.Top, wanted.Pool) : wanted.Top;
        if (query.Text is not { } words)
        {
            if (wanted.Mode == SearchMode.Keyword)
            {
                throw new SimileException(ErrorCode.InvalidOption, "A picture has no words to search by. Use the mode hybrid or dense.");
            }

            await RankDenseAsync(ranking, query, wanted.Top, cancellationToken).ConfigureAwait(false);
            ranking.Best = ranking.Dense;
            return ranking;
        }

        // Both at once: the store is busy with words while this thread compares vectors.
        var keyword = wanted.Mode == SearchMode.Dense ? Task.FromResult<IReadOnlyList<ScoredChunk>>([]) : Task.Run(() => _store.SearchWords(words, depth), cancellationToken);
        SimileException? failure = null;
        try
        {
            if (wanted.Mode != SearchMode.Keyword)
            {
                await RankDenseAsync(ranking, query, depth, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SimileException error) when (wanted.Mode == SearchMode.Hybrid && error.Code is ErrorCode.NoKnownTokens or ErrorCode.EmptyText or ErrorCode.UnsupportedModality)
        {
            failure = error;
        }
        finally
        {
            // The store must be at rest when this returns, even if the query has no vector.
            await ((Task)keyword).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ranking.Keyword = await keyword.ConfigureAwait(false);
        NoteWords(ranking, words, wanted.Mode, failure);
        ranking.Best = wanted.Mode switch
        {
            SearchMode.Dense => ranking.Dense,
            SearchMode.Keyword => ranking.Keyword,
            _ => wanted.Fusion.Fuse(ranking.Dense, ranking.Keyword, ranking.Store.Vectors.Pictures),
        };
        if (ranking.Keyword.Count == 0 && ranking.NothingNear(_embedder?.Space) is { } nothing)
        {
            ranking.Notes.Add(nothing);
        }

        return ranking;
    }

    private static void NoteWords(SearchRanking ranking, string words, SearchMode mode, SimileException? failure)
    {
        var terms = mode == SearchMode.Dense ? 0 : SearchWords.Terms(words).Count;
        if (failure is not null)
        {
            ranking.Notes.Add(terms > 0 ? $"Searched by words only, since the query has no vector ({failure.Message})" : throw failure);
        }

        if (terms > SearchWords.MaxTerms)
        {
            ranking.Notes.Add($"The query has {terms} different words; the first {SearchWords.MaxTerms} were looked for.");
        }
    }

    private async Task RankDenseAsync(SearchRanking ranking, Content query, int depth, CancellationToken cancellationToken)
    {
        var embedder = _embedder ?? throw new SimileException(ErrorCode.UnsupportedModality, "No model was given to search with by meaning.");
        var vectors = ranking.Store.Vectors;
        if (vectors.Ids.Length == 0)
        {
            ranking.Notes.Add(vectors.Chunks == 0 ? "The index is empty." : $"None of the {vectors.Chunks} passages has a vector; only their words can be found.");
            return;
        }

        var batch = await embedder.EmbedAsync([query], new EmbedOptions { Purpose = EmbedPurpose.Query }, cancellationToken).ConfigureAwait(false);
        if (batch.Outcomes[0].Error is { } error)
        {
            throw error;
        }

        if (batch.Dimensions != vectors.Dimensions)
        {
            throw new SimileException(ErrorCode.BadStore, $"The vectors of the index have {vectors.Dimensions} values, but those of its model {batch.Dimensions}: the index is damaged. Index again into another file.");
        }

        // The dot product of unit vectors is their cosine, and the fastest.
        var metric = embedder.Space.UnitLength ? SimilarityMetric.Dot : embedder.Space.Metric;
        var rows = TopK.Search(vectors.Values, batch.Dimensions, batch.Block, depth, metric, _threads);
        ranking.Query = batch.Block;
        ranking.Dense = [.. rows.Select(row => new ScoredChunk(vectors.Ids[row.Row], row.Score))];
    }

    private StoreSnapshot Current()
    {
        if (_snapshot.Version != _store.Version)
        {
            lock (_reading)
            {
                _snapshot = _snapshot.Version == _store.Version ? _snapshot : Read();
            }
        }

        return _snapshot;
    }

    // The version is asked before: what changes while the vectors are read is read again next time.
    private StoreSnapshot Read()
    {
        var version = _store.Version;
        return new StoreSnapshot(version, _store.ReadVectors(), _store.Files(), _embedder);
    }

    private (List<SearchHit> Hits, int Vanished) HitsOf(SearchRanking ranking, int top)
    {
        var (hits, vanished, damaged) = (new List<SearchHit>(Math.Min(top, ranking.Best.Count)), 0, 0);
        foreach (var scored in ranking.Best)
        {
            if (hits.Count == top)
            {
                break;
            }

            try
            {
                if (_store.Read(scored.Id) is { } stored)
                {
                    hits.Add(ranking.HitOf(scored, stored, hits.Count + 1));
                }
                else
                {
                    vanished++;
                }
            }
            catch (SimileException error) when (error.Code == ErrorCode.BadStore)
            {
                damaged++;
            }
        }

        if (damaged > 0)
        {
            ranking.Notes.Add($"{damaged} of the best passages are damaged in the index and left out. Index again into another file.");
        }

        return (hits, vanished);
    }
}
