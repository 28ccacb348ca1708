using Simile.Vectors;

namespace Simile;

/// <summary>Tells how well texts answer a query. A network sees the query and one text at a time, so it is slower and better than comparing
/// vectors: it reorders the first hits of a search.</summary>
public interface IReranker
{
    /// <summary>Scores each text against the query; row i belongs to text i, and there are never fewer rows.</summary>
    /// <param name="query">The query.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between groups of texts.</param>
    /// <returns>A row a text; a bad one is a failed row.</returns>
    ValueTask<PairScores> ScoreAsync(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken = default);
}
