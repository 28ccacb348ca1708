namespace Simile.Ingestion.Readers;

/// <summary>Source code: blocks stand between empty lines; small neighbours are joined later by the budget of a chunk.</summary>
internal sealed class CodeReader : IDocumentReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems) =>
        new PlainTextReader().Read(text, problems).Select(block => block with { IsCode = true });
}
