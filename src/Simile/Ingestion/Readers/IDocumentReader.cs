namespace Simile.Ingestion.Readers;

/// <summary>Reads one kind of document.</summary>
public interface IDocumentReader
{
    /// <summary>The blocks of a document, in order.</summary>
    /// <param name="text">Its text, lines ending in \n.</param>
    IEnumerable<TextBlock> Read(string text);
}
