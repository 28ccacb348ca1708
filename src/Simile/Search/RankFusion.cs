using Simile.Models;
using Simile.Text;

namespace Simile.Search;

/// <summary>Makes one ranking of two.</summary>
public interface IRankFusion
{
    /// <summary>Fuses two rankings, each best first; a score that is NaN or infinite does not rank.</summary>
    /// <param name="dense">By meaning.</param>
    /// <param name="keyword">By words.</param>
    /// <param name="wordless">Chunks without words (pictures): where the ranking by words lacks one, its place by meaning may stand for it
    /// there too, or else every text with a word of the query would come first.</param>
    /// <returns>Every chunk of either, best first; ties go to the smaller id.</returns>
    IReadOnlyList<ScoredChunk> Fuse(IReadOnlyList<ScoredChunk> dense, IReadOnlyList<ScoredChunk> keyword, IReadOnlySet<long> wordless);
}

/// <summary>Reciprocal rank fusion: a chunk scores Σ wᵣ / (K + rank in r), ranks from 1.</summary>
/// <remarks>Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
/// methods".</remarks>
public sealed record ReciprocalRankFusion : IRankFusion
{
    /// <summary>How fast the weight of a rank falls. Default: 20; the paper's 60 is better where more than two rankings are fused
    /// (docs/decisions/0005).</summary>
    public double K { get; init; } = 20;

    /// <summary>The weight of the ranking by meaning; that by words has 1. Default: 0.7, for static models; transformers want 1
    /// (docs/decisions/0005).</summary>
    public double DenseWeight { get; init; } = 0.7;

    /// <summary>How near to the best score by meaning a picture's must be, for its place by meaning to stand for the words that it lacks.
    /// Default: 0.7 of it.</summary>
    public double Nearness { get; init; } = 0.7;

    /// <inheritdoc/>
    public IReadOnlyList<ScoredChunk> Fuse(
        IReadOnlyList<ScoredChunk> dense,
        IReadOnlyList<ScoredChunk> keyword,
        IReadOnlySet<long> wordless
    )
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(keyword);
        ArgumentNullException.ThrowIfNull(wordless);
        (dense, keyword) = (FusedScores.Ranked(dense), FusedScores.Ranked(keyword));
        var scores = new FusedScores();
        var named = FusedScores.NamedOf(keyword, wordless);
        for (var rank = 1; rank <= dense.Count; rank++)
        {
            var (id, score) = dense[rank - 1];
            var standsIn = wordless.Contains(id) && !named.Contains(id) && score >= Nearness * dense[0].Score;
            scores.Add(id, (DenseWeight + (standsIn ? 1 : 0)) / (K + rank));
        }

        for (var rank = 1; rank <= keyword.Count; rank++)
        {
            scores.Add(keyword[rank - 1].Id, 1 / (K + rank));
        }

        return scores.BestFirst();
    }
}

/// <summary>Convex combination of scores, each first brought to its share of its ranking's best: w · dense + (1 − w) · keyword; a chunk
/// that a ranking lacks gets 0 from it.</summary>
/// <remarks>Bruch, Gai and Ingber 2023, "An analysis of fusion functions for hybrid retrieval". Where the best score is not above 0
/// (distances), the least and greatest of the ranking become 0 and 1.</remarks>
public sealed record ScoreFusion : IRankFusion
{
    /// <summary>The weight of the scores by meaning, from 0 to 1. Default: 0.65, right for transformers; static models want 0.4
    /// (docs/decisions/0005).</summary>
    public double DenseWeight { get; init; } = SearchSettings.Usual.DenseWeight;

    /// <summary>How near to the best score by meaning a picture's must be, for it to stand for the words that it lacks. Default: 0.7 of
    /// it.</summary>
    public double Nearness { get; init; } = 0.7;

    /// <summary>The fusion that is right for a model: what its folder says (<c>simile.json</c>, fusion.dense_weight), else that of its
    /// kind.</summary>
    /// <param name="embedder">The model, whatever is put around it, or null where there is none.</param>
    public static ScoreFusion Of<TInput>(IEmbedder<TInput>? embedder) =>
        new() { DenseWeight = ((embedder?.Find(typeof(TextEmbedder)) as TextEmbedder)?.Search ?? SearchSettings.Usual).DenseWeight };

    /// <inheritdoc/>
    public IReadOnlyList<ScoredChunk> Fuse(
        IReadOnlyList<ScoredChunk> dense,
        IReadOnlyList<ScoredChunk> keyword,
        IReadOnlySet<long> wordless
    )
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(keyword);
        ArgumentNullException.ThrowIfNull(wordless);
        (dense, keyword) = (FusedScores.Ranked(dense), FusedScores.Ranked(keyword));
        var scores = new FusedScores();
        var named = FusedScores.NamedOf(keyword, wordless);
        foreach (var (id, share) in Shares(dense))
        {
            scores.Add(id, share * (share >= Nearness && wordless.Contains(id) && !named.Contains(id) ? 1 : DenseWeight));
        }

        foreach (var (id, share) in Shares(keyword))
        {
            scores.Add(id, share * (1 - DenseWeight));
        }

        return scores.BestFirst();
    }

    private static IEnumerable<(long Id, double Share)> Shares(IReadOnlyList<ScoredChunk> ranking)
    {
        if (ranking.Count == 0)
        {
            return [];
        }

        var highest = ranking[0].Score;
        var lowest = highest > 0 ? 0 : ranking[^1].Score;
        return ranking.Select(chunk => (chunk.Id, highest > lowest ? Math.Max(0, (chunk.Score - lowest) / (highest - lowest)) : 1));
    }
}

/// <summary>Scores that add up by chunk.</summary>
internal sealed class FusedScores
{
    private readonly Dictionary<long, double> _scores = [];

    /// <summary>The chunks whose score is a number; the places of others go to those behind them.</summary>
    public static IReadOnlyList<ScoredChunk> Ranked(IReadOnlyList<ScoredChunk> ranking) =>
        ranking.All(chunk => double.IsFinite(chunk.Score)) ? ranking : [.. ranking.Where(chunk => double.IsFinite(chunk.Score))];

    public void Add(long id, double score) => _scores[id] = _scores.GetValueOrDefault(id) + score;

    /// <summary>The chunks without words that the ranking by words has all the same, by their files' names.</summary>
    public static HashSet<long> NamedOf(IReadOnlyList<ScoredChunk> keyword, IReadOnlySet<long> wordless) =>
        wordless.Count == 0 ? [] : [.. keyword.Select(chunk => chunk.Id).Where(wordless.Contains)];

    public IReadOnlyList<ScoredChunk> BestFirst() =>
        [
            .. _scores
                .OrderByDescending(entry => entry.Value)
                .ThenBy(entry => entry.Key)
                .Select(entry => new ScoredChunk(entry.Key, entry.Value)),
        ];
}
