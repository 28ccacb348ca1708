using System.Globalization;

namespace Simile.Cli.Input;

/// <summary>The texts of a corpus for measuring.</summary>
internal static class BenchCorpus
{
    /// <summary>Each line; of a .tsv file each cell that is no number; of a .jsonl file the text field.</summary>
    public static async Task<string[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in TextInputs.ReadLinesAsync(TextInputs.RequireFile(path), cancellationToken))
        {
            lines.Add(
                line.Content?.Text ?? throw new SimileException(line.Error!.Code, $"{line.Name}: {line.Error.Description}", line.Error)
            );
        }

        var texts =
            Path.GetExtension(path) == ".tsv"
                ? lines
                    .SelectMany(line => line.Split('\t'))
                    .Where(cell => !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                : lines;
        string[] kept = [.. texts.Where(text => !string.IsNullOrWhiteSpace(text))];
        return kept.Length > 0 ? kept : throw new SimileException(ErrorCode.BadEvaluationData, $"{path} holds no text to measure with.");
    }
}
