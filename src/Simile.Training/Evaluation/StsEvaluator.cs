using System.Globalization;
using Simile.Engine.Files;
using Simile.Vectors;

namespace Simile.Training.Evaluation;

/// <summary>How well a model's cosines agree with people's judgements of semantic textual similarity.</summary>
/// <param name="File">The file.</param>
/// <param name="Pairs">Pairs judged.</param>
/// <param name="Spearman">Rank correlation, from -1 to 1.</param>
/// <param name="Pearson">Linear correlation, from -1 to 1.</param>
/// <param name="LeftOut">Pairs left out, since a sentence of theirs has no vector (it is empty, or no token of it is known).</param>
public sealed record StsResult(string File, int Pairs, double Spearman, double Pearson, int LeftOut);

/// <summary>Evaluates a model on pairs of sentences with scores: lines of score TAB sentence TAB sentence.</summary>
public static class StsEvaluator
{
    /// <summary>Evaluates one file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadEvaluationData"/>; also where fewer than two pairs have
    /// vectors.</exception>
    public static async Task<StsResult> EvaluateAsync(
        IEmbedder<string> embedder,
        string file,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(embedder);
        var pairs = Read(file);
        var first = await embedder.EmbedAsync([.. pairs.Select(pair => pair.First)], null, cancellationToken).ConfigureAwait(false);
        var second = await embedder.EmbedAsync([.. pairs.Select(pair => pair.Second)], null, cancellationToken).ConfigureAwait(false);
        int[] known = [.. Enumerable.Range(0, pairs.Count).Where(i => first.Outcomes[i].Succeeded && second.Outcomes[i].Succeeded)];
        if (known.Length < 2)
        {
            var why = first.Outcomes.ToArray().Concat(second.Outcomes.ToArray()).First(outcome => !outcome.Succeeded).Error;
            throw new SimileException(
                ErrorCode.BadEvaluationData,
                $"Of the {pairs.Count} pairs of {file} {known.Length} have two vectors, but a correlation needs at least 2. The first "
                    + $"error: {why?.Message}"
            );
        }

        var cosines = known.Select(i => (double)Similarity.Cosine(first[i], second[i])).ToArray();
        var scores = known.Select(i => pairs[i].Score).ToArray();
        return new StsResult(
            file,
            known.Length,
            Correlation.Spearman(cosines, scores),
            Correlation.Pearson(cosines, scores),
            pairs.Count - known.Length
        );
    }

    private static List<(double Score, string First, string Second)> Read(string file)
    {
        if (!RegularFile.Exists(file))
        {
            throw new SimileException(ErrorCode.BadEvaluationData, $"There is no file {file}.");
        }

        var pairs = RegularFile.ReadLines(file).Where(line => line.Length > 0).Select((line, i) => Parse(file, line, i + 1)).ToList();
        return pairs.Count > 1
            ? pairs
            : throw new SimileException(
                ErrorCode.BadEvaluationData,
                $"{file} holds {pairs.Count} pairs, but a correlation needs at least 2."
            );
    }

    private static (double Score, string First, string Second) Parse(string file, string line, int number)
    {
        var cells = line.Split('\t');
        return cells.Length >= 3 && double.TryParse(cells[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            ? (score, cells[1], cells[2])
            : throw new SimileException(ErrorCode.BadEvaluationData, $"Line {number} of {file} is no score TAB sentence TAB sentence.");
    }
}

/// <summary>Correlation of two lists of numbers, from -1 to 1.</summary>
internal static class Correlation
{
    /// <summary>Pearson's r; NaN when either list does not vary.</summary>
    public static double Pearson(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var (meanA, meanB) = (a.Average(), b.Average());
        double ab = 0,
            aa = 0,
            bb = 0;
        for (var i = 0; i < a.Count; i++)
        {
            var (x, y) = (a[i] - meanA, b[i] - meanB);
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }

        return ab / Math.Sqrt(aa * bb);
    }

    /// <summary>Spearman's ρ: Pearson's r of the ranks; equal numbers share the mean of their ranks.</summary>
    public static double Spearman(IReadOnlyList<double> a, IReadOnlyList<double> b) => Pearson(Ranks(a), Ranks(b));

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        var first = 0;
        while (first < order.Length)
        {
            var end = first + 1;
            while (end < order.Length && values[order[end]] == values[order[first]])
            {
                end++;
            }

            foreach (var i in order.AsSpan(first, end - first))
            {
                ranks[i] = (first + end - 1) / 2.0;
            }

            first = end;
        }

        return ranks;
    }
}
