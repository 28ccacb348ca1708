namespace Simile.Ingestion.Readers.Html;

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
