using Simile.Ingestion.Readers;

namespace Simile.Ingestion;

/// <summary>Which reader takes which file, by its ending.</summary>
internal static class DocumentReaders
{
    private static readonly string[] Code =
    [
        ".cs",
        ".fs",
        ".vb",
        ".py",
        ".js",
        ".mjs",
        ".ts",
        ".tsx",
        ".jsx",
        ".java",
        ".kt",
        ".go",
        ".rs",
        ".c",
        ".h",
        ".cpp",
        ".hpp",
        ".cc",
        ".swift",
        ".rb",
        ".php",
        ".sh",
        ".ps1",
        ".sql",
        ".lua",
        ".scala",
        ".css",
    ];

    /// <summary>The reader for a path, or null when there is none.</summary>
    public static ITextReader? For(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".txt" or ".text" or ".log" or ".rst" or ".tex" => new PlainTextReader(),
            ".md" or ".markdown" => new MarkdownReader(),
            ".html" or ".htm" or ".xhtml" => new HtmlReader(),
            ".csv" or ".tsv" => new TableReader(),
            ".jsonl" or ".ndjson" => new JsonLinesReader(),
            var other when Code.Contains(other, StringComparer.Ordinal) => new CodeReader(),
            _ => null,
        };

    /// <summary>What a file holds; one without a known ending is read as plain text.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/> when nothing of it can be read.</exception>
    public static DocumentContents Read(string path, byte[] bytes)
    {
        var (problems, notes) = (new List<SimileException>(), new List<string>());
        var text = DocumentText.Decode(bytes, path, notes);
        try
        {
            return new DocumentContents([.. (For(path) ?? new PlainTextReader()).Read(text, problems)], problems, notes);
        }
        catch (Exception error) when (error is not SimileException and not OutOfMemoryException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>What is said of a file whose reader failed.</summary>
    public static SimileException Unreadable(string path, Exception error) =>
        new(
            ErrorCode.UnreadableDocument,
            $"{path} cannot be read as {Path.GetExtension(path).ToLowerInvariant()}: {error.Message} Save it again, or leave it out.",
            error
        );
}

/// <summary>What was read of a document.</summary>
/// <param name="Blocks">Its blocks, in order.</param>
/// <param name="Problems">What of it could not be read, each with its line; the rest is in the blocks.</param>
/// <param name="Notes">What was guessed or replaced, for the user to read; usually empty.</param>
internal sealed record DocumentContents(
    IReadOnlyList<TextBlock> Blocks,
    IReadOnlyList<SimileException> Problems,
    IReadOnlyList<string> Notes
);

/// <summary>Which files are pictures, by their ending.</summary>
internal static class PictureFiles
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".dib", ".webp"];

    /// <summary>Whether a path ends as a picture's does.</summary>
    public static bool IsPicture(string path) => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
