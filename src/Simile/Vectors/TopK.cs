using System.Runtime.InteropServices;
using Simile.Vectors;

namespace Simile;

/// <summary>Exact search for the nearest rows of a matrix. Every row is looked at; rows that hold NaN or infinity, as those of failed
/// inputs do in files, never rank; ties go to the earlier row; threads never change the answer.</summary>
public static class TopK
{
    private const int RowsAtOnce = 8192;

    /// <summary>The k rows nearest to a query.</summary>
    /// <param name="rows">(N, D) values, row after row.</param>
    /// <param name="dimensions">Values a row (D).</param>
    /// <param name="query">The query, (D).</param>
    /// <param name="k">Rows wanted, at least 1; fewer come back when there are fewer that have a vector.</param>
    /// <param name="metric">The measure. Default: <see cref="SimilarityMetric.Dot"/>, which equals cosine on unit vectors and is the
    /// fastest.</param>
    /// <param name="threads">Threads.</param>
    /// <returns>The rows, best first.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.InvalidVector"/>,
    /// <see cref="ErrorCode.SpaceMismatch"/>.</exception>
    public static ScoredRow[] Search(
        ReadOnlyMemory<float> rows,
        int dimensions,
        ReadOnlyMemory<float> query,
        int k,
        SimilarityMetric metric = SimilarityMetric.Dot,
        int threads = 1
    )
    {
        var count = Similarity.RowsOf(rows, dimensions, nameof(rows));
        RequireFinite(query.Span, dimensions);
        return Search(
            count,
            k,
            metric is SimilarityMetric.Cosine or SimilarityMetric.Dot,
            threads,
            (first, end, top) =>
            {
                var values = rows.Span;
                var wanted = query.Span;
                for (var i = first; i < end; i++)
                {
                    top.Offer(new ScoredRow(i, Similarity.Measure(metric, wanted, values.Slice(i * dimensions, dimensions))));
                }
            }
        );
    }

    /// <summary>The k rows nearest to each of several queries, (Q, D).</summary>
    /// <inheritdoc cref="Search(ReadOnlyMemory{float}, int, ReadOnlyMemory{float}, int, SimilarityMetric, int)"/>
    public static ScoredRow[][] SearchMany(
        ReadOnlyMemory<float> rows,
        int dimensions,
        ReadOnlyMemory<float> queries,
        int k,
        SimilarityMetric metric = SimilarityMetric.Dot,
        int threads = 1
    )
    {
        var count = Similarity.RowsOf(queries, dimensions, nameof(queries));
        var answers = new ScoredRow[count][];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) },
            q => answers[q] = Search(rows, dimensions, queries.Slice(q * dimensions, dimensions), k, metric)
        );
        return answers;
    }

    /// <summary>The k best of <paramref name="count"/> rows that <paramref name="scan"/> scores in blocks.</summary>
    internal static ScoredRow[] Search(int count, int k, bool higherIsBetter, int threads, Action<int, int, TopRows> scan)
    {
        if (k < 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The nearest {k} rows were asked for, but at least 1 is needed.");
        }

        var wanted = Math.Min(k, count);
        var blocks = (count + RowsAtOnce - 1) / RowsAtOnce;
        var parts = new TopRows[blocks];
        Parallel.For(
            0,
            blocks,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) },
            block =>
            {
                parts[block] = new TopRows(Math.Min(wanted, RowsAtOnce), higherIsBetter);
                scan(block * RowsAtOnce, Math.Min(count, (block + 1) * RowsAtOnce), parts[block]);
            }
        );
        var best = new TopRows(wanted, higherIsBetter);
        foreach (var row in parts.SelectMany(part => part.BestFirst()))
        {
            best.Offer(row);
        }

        return best.BestFirst();
    }

    internal static void RequireFinite(ReadOnlySpan<float> query, int dimensions)
    {
        if (query.Length != dimensions)
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"A query of {query.Length} values cannot be compared with rows of {dimensions}. Embed both sides with one model and "
                    + "the same dimensions."
            );
        }

        if (!Finite.Holds(query))
        {
            throw Finite.Error("The query", query, "Check where it comes from.");
        }
    }
}

/// <summary>A row of a matrix with its score.</summary>
/// <param name="Row">The row's position.</param>
/// <param name="Score">Its similarity or distance to the query.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScoredRow(int Row, float Score);
