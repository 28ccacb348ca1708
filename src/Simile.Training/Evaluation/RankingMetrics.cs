namespace Simile.Training.Evaluation;

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
