using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Searches a store by meaning, by words, or by both, as the store is at the time of each search. Safe to call from several
/// threads.</summary>
public sealed class Searcher
{
    private const int MaxReads = 3;

    // A store that has nothing of another recipe is looked through for such again after so many changes: with every text that is put in,
    // that would cost more than the search.
    private const int ChangesALook = 64;
    private readonly IChunkStore _store;
    private readonly IEmbedder<Content>? _embedder;
    private volatile SearchedStore _known = new(new StoreSummary(-1, 0, 0, 0), null);
    private int _changes;

    /// <summary>Makes a searcher that looks at the store when it is asked first.</summary>
    internal Searcher(IChunkStore store, IEmbedder<Content>? embedder) => (_store, _embedder) = (store, embedder);

    /// <summary>Chunks that can be found, as of the last search.</summary>
    public long Count => _known.Summary.Chunks;

    /// <summary>What should be known of the store, as of the last search: vectors of another recipe than the model's, damaged
    /// ones.</summary>
    public IReadOnlyList<string> Notes => _known.Notes;

    /// <summary>Checks that a store and a model belong together.</summary>
    /// <param name="store">The store; it stays the caller's to dispose, after the searcher's last use.</param>
    /// <param name="embedder">The model the store was filled with, whatever is put around it, or null to search by words alone.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.IndexOfAnotherSpace"/>, <see cref="ErrorCode.BadStore"/>.</exception>
    public static async Task<Searcher> OpenAsync(
        IChunkStore store,
        IEmbedder<Content>? embedder,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        var searcher = new Searcher(store, embedder);
        await searcher.LookAsync(cancellationToken).ConfigureAwait(false);
        return searcher;
    }

    /// <summary>The best passages and pictures for a query.</summary>
    /// <param name="query">A text, or a picture; a picture is searched by meaning alone.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <remarks>A hybrid search of which one half cannot answer (the model knows no word of the query, the store has no vectors) is
    /// answered by the other, with a note.</remarks>
    /// <exception cref="SimileException">The error of the query (codes of the 100s), or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public async Task<SearchResults> SearchAsync(
        Content query,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var wanted = (options ?? new SearchOptions()).Checked();
        for (var attempt = 1; ; attempt++)
        {
            var ranking = await FindAsync(query, wanted, cancellationToken).ConfigureAwait(false);
            var (hits, vanished) = await ReadAsync(ranking, wanted.Top, cancellationToken).ConfigureAwait(false);

            // Chunks vanish when the store changes in the middle of a search: then it is asked anew.
            if (
                vanished == 0
                || attempt == MaxReads
                || (await _store.SummarizeAsync(cancellationToken).ConfigureAwait(false)).Version == ranking.Store.Summary.Version
            )
            {
                return new SearchResults(hits, ranking.Notes);
            }
        }
    }

    /// <summary>The ids of the best chunks for a query, without reading their texts.</summary>
    /// <inheritdoc cref="SearchAsync"/>
    public async Task<IReadOnlyList<ScoredChunk>> RankAsync(
        Content query,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default
    ) => (await FindAsync(query, (options ?? new SearchOptions()).Checked(), cancellationToken).ConfigureAwait(false)).Best;

    private async Task<SearchRanking> FindAsync(Content query, SearchOptions wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var ranking = new SearchRanking(await LookAsync(cancellationToken).ConfigureAwait(false));
        var depth = wanted.Mode == SearchMode.Hybrid ? Math.Max(wanted.Top, wanted.Pool) : wanted.Top;
        if (query.Text is not { } words)
        {
            if (wanted.Mode == SearchMode.Keyword)
            {
                throw new SimileException(ErrorCode.InvalidOption, "A picture has no words to search by. Use the mode hybrid or dense.");
            }

            await RankDenseAsync(ranking, query, wanted, cancellationToken).ConfigureAwait(false);
            ranking.Best = ranking.Dense;
            return ranking;
        }

        // Both at once: the store is busy with words while the query is embedded and vectors are compared.
        var deep = wanted with
        {
            Top = depth,
        };
        var keyword =
            wanted.Mode == SearchMode.Dense
                ? Task.FromResult<IReadOnlyList<ScoredChunk>>([])
                : _store.SearchWordsAsync(words, depth, wanted.Filter, cancellationToken).AsTask();
        SimileException? failure = null;
        try
        {
            if (wanted.Mode != SearchMode.Keyword)
            {
                await RankDenseAsync(ranking, query, deep, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SimileException error)
            when (wanted.Mode == SearchMode.Hybrid
                && error.Code is ErrorCode.NoKnownTokens or ErrorCode.EmptyText or ErrorCode.UnsupportedModality
            )
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
            _ => (wanted.Fusion ?? ScoreFusion.Of(_embedder)).Fuse(ranking.Dense, ranking.Keyword, ranking.Pictures),
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

    private async Task RankDenseAsync(SearchRanking ranking, Content query, SearchOptions wanted, CancellationToken cancellationToken)
    {
        var embedder =
            _embedder ?? throw new SimileException(ErrorCode.UnsupportedModality, "No model was given to search with by meaning.");
        var store = ranking.Store.Summary;
        if (store.Vectors == 0)
        {
            ranking.Notes.Add(
                store.Chunks == 0
                    ? "The index is empty."
                    : $"None of the {store.Chunks} passages has a vector; only their words can be found."
            );
            return;
        }

        var batch = await embedder
            .EmbedAsync([query], new EmbedOptions { Purpose = EmbedPurpose.Query }, cancellationToken)
            .ConfigureAwait(false);
        if (batch.Outcomes[0].Error is { } error)
        {
            throw error;
        }

        if (batch.Dimensions != store.Dimensions)
        {
            throw new SimileException(
                ErrorCode.BadStore,
                $"The vectors of the index have {store.Dimensions} values, but those of its model {batch.Dimensions}: the index is "
                    + "damaged. Index again into another file."
            );
        }

        ranking.Query = batch.Block;
        ranking.Dense = await _store.SearchVectorsAsync(batch.Block, wanted.Top, wanted.Filter, cancellationToken).ConfigureAwait(false);
        if (ranking.Dense.Count == 0 && wanted.Filter is not null)
        {
            ranking.Notes.Add(
                "No passage that has a vector passes the filter. Are the field's name and value written as they were stored?"
            );
        }
    }

    // What is to be said of a store is found out once it has changed.
    private async ValueTask<SearchedStore> LookAsync(CancellationToken cancellationToken)
    {
        if (_known.Summary.Version < 0 && _embedder is not null)
        {
            await _store
                .EnsureSpaceAsync(await Task.Run(() => _embedder.Space, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }

        var summary = await _store.SummarizeAsync(cancellationToken).ConfigureAwait(false);
        if (_known.Summary.Version == summary.Version)
        {
            return _known;
        }

        var isLookedThrough =
            _embedder is not null
            && (_known.Summary.Version < 0 || _known.Recipes is not null || Interlocked.Increment(ref _changes) % ChangesALook == 0);
        var recipes = isLookedThrough
            ? SearchedStore.OtherRecipes(
                await _store.ListFilesAsync(null, cancellationToken).ConfigureAwait(false),
                ContentTraits.Of(_embedder!)
            )
            : null;
        return _known = new SearchedStore(summary, recipes);
    }

    private async Task<(List<SearchHit> Hits, int Vanished)> ReadAsync(SearchRanking ranking, int top, CancellationToken cancellationToken)
    {
        var (hits, vanished, damaged) = (new List<SearchHit>(Math.Min(top, ranking.Best.Count)), 0, 0);
        var next = 0;
        while (hits.Count < top && next < ranking.Best.Count)
        {
            // Damaged and vanished ones give their places to those behind them.
            var some = ranking.Best.Skip(next).Take(top - hits.Count).ToList();
            var chunks = await _store.ReadAsync([.. some.Select(chunk => chunk.Id)], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Count; i++)
            {
                if (chunks[i] is { Damage: null } sound)
                {
                    hits.Add(ranking.HitOf(some[i], sound, hits.Count + 1));
                }
                else
                {
                    _ = chunks[i] is null ? vanished++ : damaged++;
                }
            }

            next += some.Count;
        }

        if (damaged > 0)
        {
            ranking.Notes.Add($"{damaged} of the best passages are damaged in the index and left out. Index again into another file.");
        }

        return (hits, vanished);
    }
}
