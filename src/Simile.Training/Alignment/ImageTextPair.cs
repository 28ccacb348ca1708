using System.Text;
using Simile.Engine.Files;

namespace Simile.Training.Alignment;

/// <summary>A picture and a text that belong together.</summary>
/// <param name="ImagePath">The picture file.</param>
/// <param name="Text">The text.</param>
public sealed record ImageTextPair(string ImagePath, string Text)
{
    /// <summary>Reads lines of picture TAB text; paths are relative to the file's folder. A picture may have several lines.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static IReadOnlyList<ImageTextPair> ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var lines = RegularFile
                .ReadLines(path, new UTF8Encoding(false, throwOnInvalidBytes: true))
                .Select((line, i) => (line, number: i + 1));
            return [.. lines.Where(entry => entry.line.Length > 0).Select(entry => Parse(entry.line, folder, path, entry.number))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new SimileException(ErrorCode.BadTrainingData, $"The pairs {path} cannot be read: {error.Message}", error);
        }
    }

    private static ImageTextPair Parse(string line, string folder, string path, int number)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        return tab > 0 && tab < line.Length - 1
            ? new ImageTextPair(Path.GetFullPath(line[..tab], folder), line[(tab + 1)..])
            : throw new SimileException(ErrorCode.BadTrainingData, $"Line {number} of {path} is no picture TAB text.");
    }
}
