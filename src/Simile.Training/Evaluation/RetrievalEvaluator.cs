using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Training.Evaluation;

/// <summary>How well a way of searching finds the relevant documents; means over the queries, from 0 to 1.</summary>
/// <param name="Mode">The way.</param>
/// <param name="Queries">Queries asked.</param>
/// <param name="Ndcg10">nDCG of the first 10.</param>
/// <param name="Recall100">Recall of the first 100.</param>
/// <param name="Mrr10">Mean reciprocal rank within the first 10.</param>
/// <param name="Unanswered">Queries without a vector (empty, or no token of them is known) that could not be asked; they found nothing, and
/// count as 0 in the means.</param>
public sealed record RetrievalResult(SearchMode Mode, int Queries, double Ndcg10, double Recall100, double Mrr10, int Unanswered)
{
    /// <summary>Whether a reranker reordered what the search found.</summary>
    public bool Reranked { get; init; }

    /// <summary>Answers that were to be reordered and have no score of the reranker; they kept their places.</summary>
    public int Unscored { get; init; }
}

/// <summary>Evaluates searches by meaning, by words and by both on a judged collection; every document is one chunk.</summary>
public sealed class RetrievalEvaluator
{
    private const int Depth = 100;
    private readonly RetrievalDataset _dataset;
    private readonly Searcher _searcher;
    private readonly IChunkStore _store;

    private RetrievalEvaluator(RetrievalDataset dataset, IChunkStore store, Searcher searcher) =>
        (_dataset, _store, _searcher) = (dataset, store, searcher);

    /// <summary>Documents that the model gives no vector (empty, or no token of them is known): they can be found by their words
    /// alone.</summary>
    public int WithoutVector { get; private init; }

    /// <summary>Fills an empty store with the documents.</summary>
    public static async Task<RetrievalEvaluator> PrepareAsync(
        RetrievalDataset dataset,
        IEmbedder<string> embedder,
        IChunkStore store,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(store);
        await store.EnsureSpaceAsync(embedder.Space, cancellationToken).ConfigureAwait(false);
        var without = 0;
        foreach (var part in dataset.Documents.Chunk(1024))
        {
            var chunks = part.Select(document => new Chunk(document.Text, 1, 1, document.Title)).ToArray();
            var batch = await embedder
                .EmbedAsync(
                    [.. chunks.Select(chunk => chunk.EmbeddedText)],
                    new EmbedOptions { Purpose = EmbedPurpose.Document },
                    cancellationToken
                )
                .ConfigureAwait(false);
            without += batch.Outcomes.ToArray().Count(outcome => !outcome.Succeeded);
            await store
                .ReplaceAsync([.. part.Select((document, i) => FileOf(document.Id, chunks[i], batch, i))], cancellationToken)
                .ConfigureAwait(false);
        }

        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(embedder, null), cancellationToken).ConfigureAwait(false);
        return new RetrievalEvaluator(dataset, store, searcher) { WithoutVector = without };
    }

    /// <summary>Asks every query.</summary>
    public Task<RetrievalResult> EvaluateAsync(SearchOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return EvaluateAsync(
            options.Mode,
            async query =>
            {
                var ranked = await _searcher.RankAsync(query, options with { Top = Depth }, cancellationToken).ConfigureAwait(false);
                var read = await _store
                    .ReadAsync([.. ranked.Take(Depth).Select(chunk => chunk.Id)], cancellationToken)
                    .ConfigureAwait(false);
                return [.. read.Select(chunk => chunk?.Path).OfType<string>()];
            }
        );
    }

    /// <summary>Asks every query and reorders the best answers by a reranker.</summary>
    /// <param name="options">How the answers are found.</param>
    /// <param name="reranker">What reorders them.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    public async Task<RetrievalResult> EvaluateAsync(
        SearchOptions options,
        HitReranker reranker,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reranker);
        var unscored = 0;
        var result = await EvaluateAsync(
                options.Mode,
                async query =>
                {
                    var hits = await reranker
                        .SearchAsync(_searcher, query, options with { Top = Depth }, cancellationToken)
                        .ConfigureAwait(false);
                    unscored += hits.Take(reranker.Depth).Count(hit => hit.RerankScore is null);
                    return [.. hits.Select(hit => hit.Path)];
                }
            )
            .ConfigureAwait(false);
        return result with { Reranked = true, Unscored = unscored };
    }

    /// <summary>nDCG@10 of a hybrid search for each weight of the scores by meaning; the rankings are made once.</summary>
    /// <param name="weights">The weights, from 0 (words alone) to 1 (meaning alone).</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>The means over the queries, from 0 to 1, in the order of the weights.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadEvaluationData"/> when there is no query.</exception>
    public async Task<double[]> EvaluateFusionAsync(IReadOnlyList<double> weights, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var (count, sums) = (CountQueries(), new double[weights.Count]);
        foreach (var (id, text) in _dataset.Queries)
        {
            var (dense, keyword) = (
                await RankAsync(text, SearchMode.Dense, cancellationToken).ConfigureAwait(false),
                await RankAsync(text, SearchMode.Keyword, cancellationToken).ConfigureAwait(false)
            );
            for (var i = 0; i < sums.Length; i++)
            {
                // At the ends one alone, without what a fusion puts behind it with a score of 0.
                var fused = weights[i] switch
                {
                    0 => keyword,
                    1 => dense,
                    var weight => new ScoreFusion { DenseWeight = weight }.Fuse(dense, keyword, new HashSet<long>()),
                };
                var read = await _store.ReadAsync([.. fused.Take(10).Select(chunk => chunk.Id)], cancellationToken).ConfigureAwait(false);
                sums[i] += RankingMetrics.Ndcg([.. read.Select(chunk => chunk?.Path).OfType<string>()], _dataset.Judgements[id], 10);
            }
        }

        return Array.ConvertAll(sums, sum => sum / count);
    }

    // Means over nothing say nothing.
    private int CountQueries() =>
        _dataset.Queries.Count is > 0 and var count
            ? count
            : throw new SimileException(ErrorCode.BadEvaluationData, "The collection has no query with a relevant document.");

    // A query that one way cannot answer finds nothing by it.
    private async Task<IReadOnlyList<ScoredChunk>> RankAsync(string query, SearchMode mode, CancellationToken cancellationToken)
    {
        try
        {
            return await _searcher
                .RankAsync(Content.Of(query), new SearchOptions { Mode = mode, Top = new SearchOptions().Pool }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (SimileException error) when (error.Code is ErrorCode.EmptyText or ErrorCode.NoKnownTokens or ErrorCode.InvalidUnicode)
        {
            return [];
        }
    }

    private async Task<RetrievalResult> EvaluateAsync(SearchMode mode, Func<Content, Task<IReadOnlyList<string>>> rank)
    {
        var count = CountQueries();
        double ndcg = 0,
            recall = 0,
            reciprocal = 0;
        var unanswered = 0;
        foreach (var (id, text) in _dataset.Queries)
        {
            IReadOnlyList<string> ranking;
            try
            {
                ranking = await rank(Content.Of(text)).ConfigureAwait(false);
            }
            catch (SimileException error) when (error.Code is ErrorCode.EmptyText or ErrorCode.NoKnownTokens or ErrorCode.InvalidUnicode)
            {
                (ranking, unanswered) = ([], unanswered + 1);
            }

            ndcg += RankingMetrics.Ndcg(ranking, _dataset.Judgements[id], 10);
            recall += RankingMetrics.Recall(ranking, _dataset.Judgements[id], Depth);
            reciprocal += RankingMetrics.ReciprocalRank(ranking, _dataset.Judgements[id], 10);
        }

        return new RetrievalResult(mode, count, ndcg / count, recall / count, reciprocal / count, unanswered);
    }

    // A document without words of the model (Cranfield has empty ones) is found by its words, if it has any.
    private static IndexedFile FileOf(string id, Chunk chunk, EmbeddingBatch batch, int row) =>
        batch.Outcomes[row].Succeeded
            ? new IndexedFile(id, string.Empty, [chunk], [batch.Block.Slice(row * batch.Dimensions, batch.Dimensions)])
            : new IndexedFile(id, string.Empty, [chunk], [ReadOnlyMemory<float>.Empty]);
}

/// <summary>Measures of one ranking against graded judgements.</summary>
internal static class RankingMetrics
{
    /// <summary>Normalized discounted cumulative gain of the first k: Σ grade / log₂(rank + 1) over the best possible sum.</summary>
    /// <remarks>Järvelin and Kekäläinen 2002, with linear gain as trec_eval computes it.</remarks>
    public static double Ndcg(IReadOnlyList<string> ranking, IReadOnlyDictionary<string, int> grades, int k)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(grades);
        var best = grades.Values.Where(grade => grade > 0).OrderDescending();
        var ideal = Gain(best.Take(k));
        return ideal == 0 ? 0 : Gain(ranking.Take(k).Select(id => Math.Max(0, grades.GetValueOrDefault(id)))) / ideal;
    }

    /// <summary>The share of the relevant documents that the first k hold.</summary>
    public static double Recall(IReadOnlyList<string> ranking, IReadOnlyDictionary<string, int> grades, int k)
    {
        var relevant = grades.Values.Count(grade => grade > 0);
        return relevant == 0 ? 0 : (double)ranking.Take(k).Count(id => grades.GetValueOrDefault(id) > 0) / relevant;
    }

    /// <summary>One over the rank of the first relevant document among the first k; 0 when there is none.</summary>
    public static double ReciprocalRank(IReadOnlyList<string> ranking, IReadOnlyDictionary<string, int> grades, int k)
    {
        var rank = ranking.Take(k).TakeWhile(id => grades.GetValueOrDefault(id) <= 0).Count();
        return rank < Math.Min(k, ranking.Count) ? 1.0 / (rank + 1) : 0;
    }

    private static double Gain(IEnumerable<int> grades) => grades.Select((grade, i) => grade / Math.Log2(i + 2)).Sum();
}
