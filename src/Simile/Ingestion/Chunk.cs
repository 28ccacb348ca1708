namespace Simile.Ingestion;

/// <summary>A piece of a document that gets a vector of its own.</summary>
/// <param name="Text">Its text.</param>
/// <param name="StartLine">Its first line in the file, from 1.</param>
/// <param name="EndLine">Its last line.</param>
/// <param name="Heading">The headings above it, outermost first, joined by " &gt; "; empty when there are none.</param>
public sealed record Chunk(string Text, int StartLine, int EndLine, string Heading)
{
    /// <summary>What is embedded: the heading, since it often names what the text only speaks of, then the text.</summary>
    public string EmbeddedText => Heading.Length == 0 ? Text : $"{Heading}\n{Text}";
}
