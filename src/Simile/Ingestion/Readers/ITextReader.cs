namespace Simile.Ingestion.Readers;

/// <summary>Reads one kind of document that is text throughout.</summary>
internal interface ITextReader
{
    /// <summary>The blocks of a document, in order.</summary>
    /// <param name="text">Its text, lines ending in \n.</param>
    /// <param name="problems">Gets an error for every part that cannot be read, its line in the message; the rest is read.</param>
    IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems);
}
