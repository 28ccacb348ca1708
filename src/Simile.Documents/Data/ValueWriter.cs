using System.Text;
using Simile.Documents.Reading;

namespace Simile.Documents.Data;

/// <summary>Values of a data file as lines "path: value", one block for each member of the whole and each item of its lists; the items of a
/// file that is one list are documents of their own.</summary>
internal sealed class ValueWriter(DocumentScope scope)
{
    // No word of any language is so long: a picture or a key in Base64.
    private const int LongestWord = 512;
    private readonly Stack<Container> _open = new();
    private readonly StringBuilder _block = new();
    private string _group = string.Empty;
    private string _heading = string.Empty;
    private int _startLine;
    private int _endLine;
    private int _encoded;
    private int _documents;

    /// <summary>A file may hold several documents: their paths begin anew.</summary>
    public void BeginDocument()
    {
        Flush();
        _documents++;
    }

    public void BeginObject() => Begin(isList: false);

    public void BeginList() => Begin(isList: true);

    public void Name(string name) => _open.Peek().Name = name;

    public void End() => _open.Pop();

    /// <summary>A value, with its line in the file.</summary>
    public void Value(string? text, int line)
    {
        Count();
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        if (text.Length > LongestWord && !text.AsSpan().ContainsAny(" \t\r\n"))
        {
            _encoded++;
            return;
        }

        Enter(line);
        var path = Path(from: _heading.Length > 0 ? 1 : 0);
        _block.Append(path.Length > 0 ? path + ": " : string.Empty).Append(text.Trim()).Append('\n');
        _endLine = Math.Max(_endLine, line);
    }

    /// <summary>Everything is read.</summary>
    public void Finish()
    {
        Flush();
        if (_encoded > 0)
        {
            scope.Notes.Add(
                _encoded == 1
                    ? "1 value is data in letters (such as Base64) and was left out."
                    : $"{_encoded:N0} values are data in letters (such as Base64) and were left out."
            );
        }
    }

    private void Begin(bool isList)
    {
        Count();
        scope.Budget.CheckDepth(_open.Count + 1);
        _open.Push(new Container(isList));
    }

    // Whatever stands in a list is one more item of it.
    private void Count()
    {
        if (_open.TryPeek(out var around) && around.IsList)
        {
            around.Index++;
        }
    }

    private void Enter(int line)
    {
        var outer = _open.Count > 0 ? _open.Last() : null;
        var heading = outer is { IsList: true } ? $"Item {outer.Index}" : string.Empty;
        var group = $"{_documents}/{heading}/{string.Concat(_open.Reverse().Take(2).Select(container => container.Segment))}";
        if (group == _group && heading == _heading && _block.Length > 0)
        {
            return;
        }

        Flush();
        (_group, _startLine, _endLine) = (group, line, line);
        if (heading != _heading)
        {
            _heading = heading;
            scope.Writer.Heading(1, heading, line);
        }
    }

    private string Path(int from)
    {
        var path = new StringBuilder();
        foreach (var container in _open.Reverse().Skip(from))
        {
            path.Append(container.IsList || path.Length == 0 ? string.Empty : ".").Append(container.Segment);
        }

        return path.ToString();
    }

    private void Flush()
    {
        if (_block.Length > 0)
        {
            scope.Writer.Lines(_block.ToString().TrimEnd('\n'), _startLine, _endLine, isCode: true);
            _block.Clear();
        }
    }

    private sealed class Container(bool isList)
    {
        public bool IsList => isList;

        public string Name { get; set; } = string.Empty;

        public int Index { get; set; }

        public string Segment => isList ? $"[{Index - 1}]" : Name;
    }
}
