namespace Simile.Vectors.Codes;

/// <summary>The second look at candidates that cheap codes chose.</summary>
internal static class Rescoring
{
    /// <summary>The k candidates with the highest exact score, best first.</summary>
    public static ScoredRow[] Best(ScoredRow[] candidates, int k, Func<int, float> score)
    {
        var best = new TopRows(Math.Min(k, candidates.Length), higherIsBetter: true);
        foreach (var candidate in candidates)
        {
            best.Offer(candidate with { Score = score(candidate.Row) });
        }

        return best.BestFirst();
    }
}
