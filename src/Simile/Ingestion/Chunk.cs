namespace Simile.Ingestion;

/// <summary>A piece of a document that gets a vector of its own.</summary>
/// <param name="Text">Its text.</param>
/// <param name="StartLine">Its first line in the file, from 1; 0 for a picture.</param>
/// <param name="EndLine">Its last line; 0 for a picture.</param>
/// <param name="Heading">The headings above it, outermost first, joined by " &gt; "; empty when there are none.</param>
public sealed record Chunk(string Text, int StartLine, int EndLine, string Heading)
{
    /// <summary>The one chunk of a picture: its words are its file's name, and it has no lines (0).</summary>
    public static Chunk OfPicture(string fileName) => new(fileName, 0, 0, string.Empty);

    /// <summary>Whether this stands for a picture.</summary>
    public bool IsPicture => StartLine == 0;

    /// <summary>What filters may ask for. Default: nothing.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Metadata { get; init; } = ChunkMetadata.None;

    /// <summary>What is embedded: the heading, since it often names what the text only speaks of, then the text. A heading that is too long
    /// for the model is shortened here, and a passage of its own besides.</summary>
    public string EmbeddedText
    {
        get => field ?? (Heading.Length == 0 ? Text : $"{Heading}\n{Text}");
        init;
    }
}
