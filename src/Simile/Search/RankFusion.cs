namespace Simile.Search;

/// <summary>Makes one ranking of two.</summary>
public interface IRankFusion
{
    /// <summary>Fuses two rankings, each best first; a score that is NaN or infinite does not rank.</summary>
    /// <param name="dense">By meaning.</param>
    /// <param name="keyword">By words.</param>
    /// <param name="wordless">Chunks without words (pictures): where the ranking by words lacks one, its place by meaning may stand for it there too, or else every text with a word of the query would come first.</param>
    /// <returns>Every chunk of either, best first; ties go to the smaller id.</returns>
    IReadOnlyList<ScoredChunk> Fuse(IReadOnlyList<ScoredChunk> dense, IReadOnlyList<ScoredChunk> keyword, IReadOnlySet<long> wordless);
}

/// <summary>Reciprocal rank fusion: a chunk scores Σ wᵣ / (K + rank in r), ranks from 1.</summary>
/// <remarks>Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods".</remarks>
public sealed record ReciprocalRankFusion : IRankFusion
{
    /// <summary>How fast the weight of a rank falls. Default: 20; the paper's 60 is better where more than two rankings are fused (docs/decisions/0005).</summary>
    public double K { get; init; } = 20;

    /// <summary>The weight of the ranking by meaning; that by words has 1. Default: 0.7 (docs/decisions/0005).</summary>
    public double DenseWeight { get; init; } = 0.7;

    /// <summary>How near to the best score by meaning a picture's must be, for its place by meaning to stand for the words that it lacks. Default: 0.7 of it.</summary>
    public double Nearness { get; init; } = 0.7;

    /// <inheritdoc/>
    public IReadOnlyList<ScoredChunk> Fuse(IReadOnlyList<ScoredChunk> dense, IReadOnlyList<ScoredChunk> keyword, IReadOnlySet<long> wordless)
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

/// <summary>Convex combination of scores, each first brought to 0 … 1 by its ranking's least and greatest: w · dense + (1 − w) · keyword; a chunk that a ranking lacks gets 0 from it.</summary>
/// <remarks>Bruch, Gai and Ingber 2023, "An analysis of fusion functions for hybrid retrieval".</remarks>
public sealed record ScoreFusion : IRankFusion
{
    /// <summary>The weight of the scores by meaning, from 0 to 1. Default: 0.5.</summary>
    public double DenseWeight { get; init; } = 0.5;

    /// <inheritdoc/>
    public IReadOnlyList<ScoredChunk> Fuse(IReadOnlyList<ScoredChunk> dense, IReadOnlyList<ScoredChunk> keyword, IReadOnlySet<long> wordless)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(keyword);
        ArgumentNullException.ThrowIfNull(wordless);
        (dense, keyword) = (FusedScores.Ranked(dense), FusedScores.Ranked(keyword));
        var scores = new FusedScores();
        var named = FusedScores.NamedOf(keyword, wordless);
        Add(scores, dense, id => wordless.Contains(id) && !named.Contains(id) ? 1 : DenseWeight);
        Add(scores, keyword, _ => 1 - DenseWeight);
        return scores.BestFirst();
    }

    private static void Add(FusedScores scores, IReadOnlyList<ScoredChunk> ranking, Func<long, double> weight)
    {
        if (ranking.Count == 0)
        {
            return;
        }

        var (highest, lowest) = (ranking[0].Score, ranking[^1].Score);
        foreach (var (id, score) in ranking)
        {
            scores.Add(id, weight(id) * (highest > lowest ? (score - lowest) / (highest - lowest) : 1));
        }
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
        [.. _scores.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Select(entry => new ScoredChunk(entry.Key, entry.Value))];
}
