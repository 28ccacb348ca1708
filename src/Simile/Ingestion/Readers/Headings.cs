namespace Simile.Ingestion.Readers;

/// <summary>The headings above the place that is being read.</summary>
internal sealed class Headings
{
    private readonly List<(int Level, string Text)> _path = [];

    /// <summary>The headings, outermost first, joined by " &gt; ".</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>Enters a heading: those of its level and below end.</summary>
    public void Enter(int level, string text)
    {
        _path.RemoveAll(heading => heading.Level >= level);
        if (text.Length > 0)
        {
            _path.Add((level, text));
        }

        Text = string.Join(" > ", _path.Select(heading => heading.Text));
    }
}
