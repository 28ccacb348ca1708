using System.Globalization;
using Simile.Engine.Files;
using Simile.Vectors;

namespace Simile.Training.Evaluation;

/// <summary>How well a model's cosines agree with people's judgements of semantic textual similarity.</summary>
/// <param name="File">The file.</param>
/// <param name="Pairs">Pairs judged.</param>
/// <param name="Spearman">Rank correlation, from -1 to 1.</param>
/// <param name="Pearson">Linear correlation, from -1 to 1.</param>
public sealed record StsResult(string File, int Pairs, double Spearman, double Pearson);

/// <summary>Evaluates a model on pairs of sentences with scores: lines of score TAB sentence TAB sentence.</summary>
public static class StsEvaluator
{
    /// <summary>Evaluates one file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadEvaluationData"/>, or the error of a sentence that has no vector.</exception>
    public static async Task<StsResult> EvaluateAsync(IEmbedder<string> embedder, string file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        var pairs = Read(file);
        var first = await embedder.EmbedAsync([.. pairs.Select(pair => pair.First)], null, cancellationToken).ConfigureAwait(false);
        var second = await embedder.EmbedAsync([.. pairs.Select(pair => pair.Second)], null, cancellationToken).ConfigureAwait(false);
        var cosines = pairs.Select((_, i) => (double)Similarity.Cosine(first[i], second[i])).ToArray();
        var scores = pairs.Select(pair => pair.Score).ToArray();
        return new StsResult(file, pairs.Count, Correlation.Spearman(cosines, scores), Correlation.Pearson(cosines, scores));
    }

    private static List<(double Score, string First, string Second)> Read(string file)
    {
        if (!RegularFile.Exists(file))
        {
            throw new SimileException(ErrorCode.BadEvaluationData, $"There is no file {file}.");
        }

        var pairs = RegularFile.ReadLines(file).Where(line => line.Length > 0).Select((line, i) => Parse(file, line, i + 1)).ToList();
        return pairs.Count > 1 ? pairs : throw new SimileException(ErrorCode.BadEvaluationData, $"{file} holds {pairs.Count} pairs, but a correlation needs at least 2.");
    }

    private static (double Score, string First, string Second) Parse(string file, string line, int number)
    {
        var cells = line.Split('\t');
        return cells.Length >= 3 && double.TryParse(cells[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            ? (score, cells[1], cells[2])
            : throw new SimileException(ErrorCode.BadEvaluationData, $"Line {number} of {file} is no score TAB sentence TAB sentence.");
    }
}
