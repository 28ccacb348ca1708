using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Reranking;

namespace Simile.Search;

/// <summary>Reorders the best answers of a search by a reranker, which reads the query and each passage together: better than comparing
/// vectors, and too slow for all passages of an index.</summary>
/// <remarks>What cannot be scored (a picture, a passage without text) keeps its place; scored passages are ordered among the
/// others.</remarks>
/// <param name="reranker">The reranker; it stays the caller's to dispose.</param>
/// <param name="depth">How many of the best answers are reordered, at least 1. Default: 50.</param>
public sealed class HitReranker(IReranker reranker, int depth = HitReranker.DefaultDepth)
{
    /// <summary>How many answers are reordered where nobody says it.</summary>
    public const int DefaultDepth = 50;

    private readonly IReranker _reranker = reranker ?? throw new ArgumentNullException(nameof(reranker));

    /// <summary>How many of the best answers are reordered.</summary>
    public int Depth { get; } =
        depth >= 1
            ? depth
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"The best {depth} answers were to be reordered, but at least 1 is needed."
            );

    /// <summary>Searches, reorders the best answers, and cuts them to those wanted.</summary>
    /// <param name="searcher">Finds the answers.</param>
    /// <param name="query">A text.</param>
    /// <param name="options">Options of the search, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModality"/> when the query is a picture,
    /// <see cref="ErrorCode.UnsupportedModel"/> when the reranker ranks nothing, or an error of the search.</exception>
    public async Task<SearchResults> SearchAsync(
        Searcher searcher,
        Content query,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(searcher);
        ArgumentNullException.ThrowIfNull(query);
        if (query.Text is not { } text)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModality,
                "The query is a picture, but a reranker reads texts only. Ask with a text, or search without a reranker."
            );
        }

        var wanted = (options ?? new SearchOptions()).Checked();
        var wide = wanted with { Top = Math.Max(wanted.Top, Depth) };
        var found = await searcher.SearchAsync(query, wide, cancellationToken).ConfigureAwait(false);
        return await RerankAsync(text, found, wanted.Top, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reorders answers that were found, and cuts them to those wanted.</summary>
    /// <param name="query">The query.</param>
    /// <param name="found">Its answers, best first; those behind the reordered ones stay where they are.</param>
    /// <param name="top">Answers wanted, at least 1.</param>
    /// <param name="cancellationToken">Stops the scoring.</param>
    /// <returns>The answers with <see cref="SearchHit.RerankScore"/> and new ranks, and notes on what was cut or has no score.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the reranker ranks nothing;
    /// <see cref="ErrorCode.ModelFailed"/> when its answer is none.</exception>
    public async Task<SearchResults> RerankAsync(string query, SearchResults found, int top, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        var (best, notes) = (found.Take(Depth).ToArray(), found.Notes.ToList());
        var places = Enumerable.Range(0, best.Length).Where(i => !best[i].IsPicture).ToArray();
        try
        {
            var texts = Array.ConvertAll(places, i => TextOf(best[i]));
            var scores = texts.Length == 0 ? null : await ScoreAsync(query, texts, cancellationToken).ConfigureAwait(false);
            Reorder(best, places, scores, notes);
        }
        catch (SimileException error) when (error.Code == ErrorCode.QueryTooLong)
        {
            notes.Add($"Not reranked: {error.Description} ({error.Code})");
        }

        return new SearchResults([.. best.Concat(found.Skip(Depth)).Take(top).Select((hit, i) => hit with { Rank = i + 1 })], notes);
    }

    // A passage is scored with the headings above it, as it is embedded.
    private static string TextOf(SearchHit hit) => new Chunk(hit.Text, hit.StartLine, hit.EndLine, hit.Heading).EmbeddedText;

    private async Task<PairScores> ScoreAsync(string query, string[] texts, CancellationToken cancellationToken)
    {
        var scores = await _reranker.ScoreAsync(query, texts, cancellationToken).ConfigureAwait(false);
        PairScores.RequireOne(scores.Labels);
        return scores.Count == texts.Length
            ? scores
            : throw new SimileException(
                ErrorCode.ModelFailed,
                $"The reranker gave {scores.Count} scores for {texts.Length} texts, but a row a text is expected."
            );
    }

    private static void Reorder(SearchHit[] best, int[] places, PairScores? scores, List<string> notes)
    {
        int[] rows = scores is null ? [] : [.. Enumerable.Range(0, places.Length).Where(row => ScoreOf(scores, row) is not null)];
        SearchHit[] ordered =
        [
            .. rows.Select(row => best[places[row]] with { RerankScore = ScoreOf(scores!, row) }).OrderByDescending(hit => hit.RerankScore),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            best[places[rows[i]]] = ordered[i];
        }

        if (best.Length > rows.Length)
        {
            var why = string.Join("; ", ReasonsOf(best.Length - places.Length, places.Length - rows.Length, scores));
            notes.Add($"{best.Length - rows.Length} of {best.Length} answers have no score of the reranker and keep their places ({why}).");
        }

        if (scores?.Outcomes.Count(outcome => outcome.Truncated) is > 0 and var cut)
        {
            var query = scores.QueryLeftOut > 0 ? $" The query was cut, too, by up to {scores.QueryLeftOut} tokens." : string.Empty;
            notes.Add($"{cut} of {places.Length} passages are longer than the reranker reads and were scored by their beginnings.{query}");
        }
    }

    private static IEnumerable<string> ReasonsOf(int pictures, int failed, PairScores? scores)
    {
        if (pictures > 0)
        {
            yield return $"pictures: {pictures}";
        }

        if (failed > 0)
        {
            yield return scores!.Outcomes.FirstOrDefault(outcome => outcome.Error is not null).Error?.Message
                ?? "scores that are no numbers";
        }
    }

    private static float? ScoreOf(PairScores scores, int row) =>
        scores.Outcomes[row].Succeeded && float.IsFinite(scores[row][0]) ? scores[row][0] : null;
}
