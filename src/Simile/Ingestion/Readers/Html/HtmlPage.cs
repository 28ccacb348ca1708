using System.Collections.Frozen;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;

namespace Simile.Ingestion.Readers.Html;

/// <summary>A page while its tags and texts come in, and the blocks that they make.</summary>
internal sealed class HtmlPage
{
    private readonly List<TextBlock> _blocks = [];
    private readonly Headings _headings = new();
    private readonly HtmlText _text = new();
    private readonly Stack<List<string>> _rows = new();
    private HiddenPart? _hidden;
    private string _title = string.Empty;
    private int _heading = -1;
    private int _code;
    private int _rowLine;

    public void Start(HtmlTagToken tag)
    {
        if (_hidden is not null)
        {
            if (!_hidden.Start(tag.Name))
            {
                return;
            }

            _hidden = null;
        }

        if (IsHidden(tag))
        {
            _text.Part();
            _hidden = HtmlNames.IsVoid(tag.Name) || (tag.Name == "svg" && tag.IsSelfClosing) ? null : new HiddenPart(tag.Name);
            return;
        }

        Open(tag.Name, tag.Position.Line);
        if (tag.Name is "img" or "area" or "input" && tag.GetAttribute("alt") is { Length: > 0 } alternative)
        {
            _text.Add(alternative, tag.Position.Line);
            _text.Part();
        }
    }

    public void End(string name)
    {
        if (_hidden is not null)
        {
            if (!_hidden.End(name))
            {
                return;
            }

            _hidden = null;
        }

        Close(name);
    }

    public void Text(string text, int line)
    {
        if (_hidden is not null)
        {
            return;
        }

        if (_code > 0 && _rows.Count == 0 && _heading < 0)
        {
            _text.AddCode(text, line);
        }
        else
        {
            _text.Add(text, line);
        }
    }

    public IReadOnlyList<TextBlock> Finish()
    {
        EndRow();
        Flush();
        Add(_headings.End());
        return _blocks;
    }

    private static bool IsHidden(HtmlTagToken tag) =>
        HtmlNames.IsUnseen(tag.Name)
        || tag.Attributes.Exists(attribute =>
            attribute.Name == "hidden"
            || (
                attribute.Name == "style"
                && attribute
                    .Value.Replace(" ", string.Empty, StringComparison.Ordinal)
                    .Contains("display:none", StringComparison.OrdinalIgnoreCase)
            )
        );

    private void Open(string name, int line)
    {
        var level = HtmlNames.HeadingLevel(name);
        if (name is "td" or "th")
        {
            EndCell();
            _rowLine = _rows.Count > 0 && _rows.Peek().Count == 0 ? line : _rowLine;
        }
        else if (name == "table")
        {
            EndRow();
            Flush();
            _rows.Push([]);
        }
        else if (name == "tr")
        {
            EndRow();
            _rowLine = line;
        }
        else if (level > 0 || (name == "title" && _title.Length == 0))
        {
            Flush();
            _heading = level;
        }
        else if (_heading >= 0 && !HtmlNames.EndsHeading(name))
        {
            Part(name);
        }
        else
        {
            Break(name);
        }

        _code += name is "pre" or "listing" or "xmp" or "plaintext" ? 1 : 0;
    }

    private void Close(string name)
    {
        if (name is "pre" or "listing" or "xmp")
        {
            Break(name);
            _code = Math.Max(0, _code - 1);
        }
        else if (name == "table")
        {
            EndRow();
            _rows.TryPop(out _);
        }
        else if (name is "tr" or "thead" or "tbody" or "tfoot")
        {
            EndRow();
        }
        else if (name is "td" or "th")
        {
            EndCell();
        }
        else if (HtmlNames.HeadingLevel(name) > 0 || (name == "title" && _heading == 0) || _heading < 0)
        {
            Break(name);
        }
        else
        {
            Part(name);
        }
    }

    // In a cell, a block parts words only; elsewhere it ends the paragraph.
    private void Break(string name)
    {
        if (HtmlNames.IsBlock(name) && (_rows.Count == 0 || _heading >= 0))
        {
            Flush();
        }
        else
        {
            Part(name);
        }
    }

    private void Part(string name)
    {
        if (!HtmlNames.IsApart(name))
        {
            return;
        }

        if (name == "br" && _code > 0 && _rows.Count == 0)
        {
            _text.AddCode("\n", _text.EndLine);
        }
        else
        {
            _text.Part();
        }
    }

    private void EndCell()
    {
        if (_rows.Count > 0 && !_text.IsEmpty && _heading < 0)
        {
            _rowLine = _rows.Peek().Count == 0 ? _text.StartLine : _rowLine;
            _rows.Peek().Add(_text.Take());
        }
        else
        {
            Flush();
        }
    }

    private void EndRow()
    {
        EndCell();
        if (_rows.Count == 0 || _rows.Peek().Count == 0)
        {
            return;
        }

        Fill(new TextBlock(string.Join(" | ", _rows.Peek()), _rowLine, _headings.Text, EndLine: Math.Max(_rowLine, _text.EndLine)));
        _rows.Peek().Clear();
    }

    private void Flush()
    {
        var (level, text) = (_heading, _text.Take());
        _heading = -1;
        if (level >= 0)
        {
            Enter(level, text);
        }
        else if (text.Length > 0)
        {
            Fill(
                _code > 0
                    ? new TextBlock(text, _text.StartLine, _headings.Text, IsCode: true)
                    : new TextBlock(text, _text.StartLine, _headings.Text, EndLine: _text.EndLine)
            );
        }
    }

    // The title of a page often stands again as its first heading: once is enough.
    private void Enter(int level, string text)
    {
        if (level > 0 && text == _headings.Text)
        {
            return;
        }

        _title = level == 0 ? text : _title;
        Add(_headings.Enter(level, text, _text.StartLine));
    }

    private void Fill(TextBlock block)
    {
        _headings.Fill();
        _blocks.Add(block);
    }

    private void Add(TextBlock? block)
    {
        if (block is not null)
        {
            _blocks.Add(block);
        }
    }
}

/// <summary>A part of a page that nobody sees, while it is passed over.</summary>
/// <param name="name">The element that hides it.</param>
internal sealed class HiddenPart(string name)
{
    private readonly List<string> _open = [name];

    /// <summary>A start tag in it.</summary>
    /// <returns>Whether it ends the part, because the next of a kind ends the one before (p, li, td …).</returns>
    public bool Start(string tag)
    {
        if (_open.Count == 1 && HtmlNames.IsSelfEnding(name) && (tag == name || (name == "p" && HtmlNames.IsBlock(tag))))
        {
            return true;
        }

        if (!HtmlNames.IsVoid(tag))
        {
            _open.Add(tag);
        }

        return false;
    }

    /// <summary>An end tag in it.</summary>
    /// <returns>Whether it ends the part: its own, or that of a block around it.</returns>
    public bool End(string tag)
    {
        var at = _open.LastIndexOf(tag);
        if (at >= 0)
        {
            _open.RemoveRange(at, _open.Count - at);
        }

        return _open.Count == 0 || (at < 0 && HtmlNames.IsBlock(tag));
    }
}

/// <summary>What HTML's elements mean for their text.</summary>
internal static class HtmlNames
{
    private static readonly FrozenSet<string> Blocks = Set(
        """
        address article aside blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form
        frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend
        li main menu nav ol optgroup option p pre listing xmp plaintext search section select summary table tbody td textarea tfoot
        th thead title tr ul
        """
    );

    private static readonly FrozenSet<string> Apart = Set(
        "br button input label img iframe video audio object embed canvas map area meter progress datalist rt rp"
    );
    private static readonly FrozenSet<string> Unseen = Set("script style noscript template svg nav iframe noembed noframes");
    private static readonly FrozenSet<string> Void = Set("area base br col embed hr img input link meta param source track wbr");
    private static readonly FrozenSet<string> EndHeadings = Set("p ul ol dl table pre section article form blockquote main header footer");
    private static readonly FrozenSet<string> SelfEnding = Set("p li dt dd tr td th option optgroup thead tbody tfoot");

    /// <summary>Whether its text is a paragraph of its own.</summary>
    public static bool IsBlock(string name) => Blocks.Contains(name);

    /// <summary>Whether words on both sides of it are two words.</summary>
    public static bool IsApart(string name) => Apart.Contains(name) || Blocks.Contains(name);

    /// <summary>Whether a reader does not see its text.</summary>
    public static bool IsUnseen(string name) => Unseen.Contains(name);

    /// <summary>Whether it has no end tag.</summary>
    public static bool IsVoid(string name) => Void.Contains(name);

    /// <summary>Whether it cannot stand in a heading, so that a heading which nobody ended ends before it.</summary>
    public static bool EndsHeading(string name) => EndHeadings.Contains(name);

    /// <summary>Whether the next of its kind ends it.</summary>
    public static bool IsSelfEnding(string name) => SelfEnding.Contains(name);

    /// <summary>From 1 to 6 for a heading, else 0.</summary>
    public static int HeadingLevel(string name) => name is ['h', >= '1' and <= '6'] ? name[1] - '0' : 0;

    /// <summary>How what stands in an element is to be read.</summary>
    public static HtmlParseMode ContentOf(string name) =>
        name switch
        {
            "title" or "textarea" => HtmlParseMode.RCData,
            "style" or "xmp" or "iframe" or "noembed" or "noframes" or "noscript" => HtmlParseMode.Rawtext,
            "script" => HtmlParseMode.Script,
            "plaintext" => HtmlParseMode.Plaintext,
            _ => HtmlParseMode.PCData,
        };

    private static FrozenSet<string> Set(string names) =>
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
