namespace Simile.Ingestion.Readers;

/// <summary>Plain text: paragraphs stand between empty lines.</summary>
internal sealed class PlainTextReader : IDocumentReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        var paragraph = new Paragraph();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                paragraph.Add(line, number);
            }
            else if (paragraph.Take(string.Empty) is { } block)
            {
                yield return block;
            }
        }

        if (paragraph.Take(string.Empty) is { } last)
        {
            yield return last;
        }
    }
}
