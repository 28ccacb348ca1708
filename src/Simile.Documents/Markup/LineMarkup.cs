using Simile.Documents.Reading;

namespace Simile.Documents.Markup;

/// <summary>A format whose lines say what they are: paragraphs and code gather here until something else begins.</summary>
internal sealed class LineMarkup
{
    private readonly DocumentScope _scope;
    private readonly List<string> _lines = [];
    private int _startLine;
    private int _endLine;
    private bool _isCode;

    public LineMarkup(DocumentScope scope)
    {
        _scope = scope;
        Source = scope.Text().Split('\n');
    }

    /// <summary>The lines of the file.</summary>
    public string[] Source { get; }

    /// <summary>The line that is read, from 0.</summary>
    public int At { get; set; }

    /// <summary>Whether lines are left, and room for them.</summary>
    public bool HasMore => At < Source.Length && !_scope.Writer.IsFull;

    /// <summary>The line that is read.</summary>
    public string Line => Source[At];

    /// <summary>A line so many further on; empty beyond the end.</summary>
    public string Ahead(int lines) => At + lines >= 0 && At + lines < Source.Length ? Source[At + lines] : string.Empty;

    /// <summary>Adds the line that is read to what gathers.</summary>
    public void Gather(string text, bool isCode = false)
    {
        if (isCode != _isCode)
        {
            Flush();
        }

        if (_lines.Count == 0)
        {
            (_startLine, _isCode) = (At + 1, isCode);
        }

        _lines.Add(text);
        _endLine = At + 1;
    }

    /// <summary>What gathered is a paragraph.</summary>
    public void Flush()
    {
        _scope.Writer.Lines(string.Join('\n', _lines).Trim('\n'), _startLine, _endLine, _isCode);
        _lines.Clear();
        _isCode = false;
    }

    /// <summary>A paragraph of one line.</summary>
    public void One(string text)
    {
        Flush();
        Gather(text);
        Flush();
    }

    /// <summary>A heading.</summary>
    public void Heading(int level, string text)
    {
        Flush();
        _scope.Writer.Heading(level, text, At + 1);
    }

    /// <summary>Takes the lines up to one that ends them, as code.</summary>
    /// <param name="isEnd">Tells that one.</param>
    public void CodeUntil(Func<string, bool> isEnd)
    {
        Flush();
        for (At++; At < Source.Length && !isEnd(Line); At++)
        {
            Gather(Line, isCode: true);
        }

        Flush();
    }

    /// <summary>Passes over the lines up to one that ends them.</summary>
    /// <param name="isEnd">Tells that one.</param>
    public void SkipUntil(Func<string, bool> isEnd)
    {
        Flush();
        for (At++; At < Source.Length && !isEnd(Line); At++) { }
    }
}
