namespace Simile.Ingestion.Readers;

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
