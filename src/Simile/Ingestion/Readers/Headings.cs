using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Simile.Ingestion.Readers.Markup;

namespace Simile.Ingestion.Readers;

/// <summary>The headings above the place that is being read. One that nothing stands under becomes a block of its own, or it would be found
/// by nobody.</summary>
internal sealed class Headings
{
    private readonly List<(int Level, string Text)> _path = [];
    private TextBlock? _bare;

    /// <summary>The headings, outermost first, joined by " &gt; ".</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>Enters a heading: those of its level and below end.</summary>
    /// <returns>The heading before it, when it ends with nothing under it.</returns>
    public TextBlock? Enter(int level, string text, int line)
    {
        // A heading with deeper ones is carried by their passages.
        var isAbove = text.Length > 0 && _path.Count > 0 && _path[^1].Level < level;
        var bare = isAbove ? null : _bare;
        _path.RemoveAll(heading => heading.Level >= level);
        var above = Joined();
        _bare = text.Length > 0 ? new TextBlock(text, line, above) : null;
        if (text.Length > 0)
        {
            _path.Add((level, text));
        }

        Text = Joined();
        return bare;
    }

    /// <summary>Something stands under the innermost heading.</summary>
    public void Fill() => _bare = null;

    /// <summary>The last heading, when the document ends with nothing under it.</summary>
    public TextBlock? End() => _bare;

    private string Joined() => string.Join(" > ", _path.Select(heading => heading.Text));
}
