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
    public static IDocumentReader? For(string path) =>
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
            throw new SimileException(
                ErrorCode.UnreadableDocument,
                $"{path} cannot be read as {Path.GetExtension(path)}: {error.Message}",
                error
            );
        }
    }
}
