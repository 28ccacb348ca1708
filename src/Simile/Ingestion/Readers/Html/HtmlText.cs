using System.Text;

namespace Simile.Ingestion.Readers.Html;

/// <summary>Text on its way to becoming a block: white space as a reader sees it, and the lines that it stands on.</summary>
internal sealed class HtmlText
{
    private const char SoftHyphen = '\u00AD';
    private readonly StringBuilder _text = new();
    private bool _space;

    public int StartLine { get; private set; }

    public int EndLine { get; private set; }

    public bool IsEmpty => _text.Length == 0;

    /// <summary>Adds text; a run of white space is one space.</summary>
    public void Add(string text, int line)
    {
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                _space = true;
            }
            else if (c != SoftHyphen)
            {
                Take(line);
                _text.Append(_space && _text.Length > 0 ? " " : string.Empty).Append(c);
                _space = false;
            }

            line += c == '\n' ? 1 : 0;
        }
    }

    /// <summary>Adds text as it is.</summary>
    public void AddCode(string text, int line)
    {
        var skipped = 0;
        if (IsEmpty)
        {
            // Empty lines at the head are no code.
            var first = text.AsSpan().IndexOfAnyExcept(" \t\n");
            skipped =
                first < 0 ? text.Length
                : text.LastIndexOf('\n', Math.Max(0, first - 1)) is >= 0 and var at && first > 0 ? at + 1
                : 0;
        }

        if (skipped < text.Length)
        {
            line += text.AsSpan(0, skipped).Count('\n');
            Take(line);
            _text.Append(text, skipped, text.Length - skipped);
            EndLine = line + text.AsSpan(skipped).TrimEnd().Count('\n');
        }
    }

    /// <summary>What follows is another word.</summary>
    public void Part() => _space = true;

    /// <summary>The text so far; then it is empty.</summary>
    public string Take()
    {
        var text = _text.ToString().TrimEnd();
        _text.Clear();
        _space = false;
        return text;
    }

    private void Take(int line)
    {
        StartLine = _text.Length == 0 ? line : StartLine;
        EndLine = line;
    }
}
