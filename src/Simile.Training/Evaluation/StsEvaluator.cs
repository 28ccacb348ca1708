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
