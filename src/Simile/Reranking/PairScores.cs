using System.Collections.Immutable;
using Simile.Vectors;

namespace Simile;

/// <summary>Scores of texts against one query: a row a text, a column a label of the network (rerankers have one).</summary>
/// <param name="labels">The labels' names, (L).</param>
/// <param name="block">(B, L).</param>
/// <param name="outcomes">What became of each text, (B).</param>
public sealed class PairScores(ImmutableArray<string> labels, ReadOnlyMemory<float> block, IReadOnlyList<EmbeddingOutcome> outcomes)
{
    /// <summary>The labels' names, (L).</summary>
    public ImmutableArray<string> Labels => labels;

    /// <summary>What became of each text: tokens seen and used of query and text together, cut or not, or its error.</summary>
    public IReadOnlyList<EmbeddingOutcome> Outcomes => outcomes;

    /// <summary>The most tokens of the query that were cut beside a long text; 0 where all of it counts.</summary>
    public int QueryLeftOut { get; init; }

    /// <summary>Texts.</summary>
    public int Count => outcomes.Count;

    /// <summary>The scores of a text, (L).</summary>
    /// <exception cref="SimileException">The text's own error.</exception>
    public ReadOnlySpan<float> this[int index] =>
        outcomes[index].Error is { } error ? throw error : block.Span.Slice(index * labels.Length, labels.Length);

    /// <summary>The texts in the order of their scores, best first; failed ones are left out, equal ones stay in their order.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the network has several labels, of which none says
    /// how well a text answers.</exception>
    public IReadOnlyList<int> Ranking()
    {
        RequireOne(labels);
        return [.. Enumerable.Range(0, Count).Where(i => outcomes[i].Error is null).OrderByDescending(i => block.Span[i])];
    }

    /// <summary>Refuses a network whose scores rank nothing.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    internal static void RequireOne(ImmutableArray<string> labels)
    {
        if (labels.Length != 1)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The network sorts pairs under {labels.Length} labels ({string.Join(", ", labels.Take(10))}); only one of a single "
                    + "label ranks texts. Use a reranker with one label."
            );
        }
    }
}
