namespace Simile.Ingestion.Readers;

/// <summary>Plain text: paragraphs stand between empty lines.</summary>
internal sealed class PlainTextReader : ITextReader
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

/// <summary>Source code: blocks stand between empty lines; small neighbours are joined later by the budget of a chunk.</summary>
internal sealed class CodeReader : ITextReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems) =>
        new PlainTextReader().Read(text, problems).Select(block => block with { IsCode = true });
}

/// <summary>Lines on their way to becoming a block.</summary>
internal sealed class Paragraph
{
    private readonly List<string> _lines = [];
    private int _startLine;

    public void Add(string line, int number)
    {
        if (_lines.Count == 0)
        {
            _startLine = number;
        }

        _lines.Add(line);
    }

    /// <summary>The block of the lines so far, or null when there are none; the next line begins another.</summary>
    public TextBlock? Take(string heading, bool isCode = false)
    {
        if (_lines.Count == 0)
        {
            return null;
        }

        var block = new TextBlock(string.Join('\n', _lines), _startLine, heading, isCode);
        _lines.Clear();
        return block;
    }
}
