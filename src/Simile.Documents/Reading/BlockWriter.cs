using Simile.Ingestion;
using Simile.Ingestion.Readers;

namespace Simile.Documents.Reading;

/// <summary>The blocks of a document as they are read, under their headings and at their places.</summary>
internal sealed class BlockWriter
{
    private const int LongestHeading = 300;
    private readonly DocumentBudget _budget;
    private readonly string _prefix;
    private readonly List<TextBlock> _blocks = [];
    private readonly Headings _headings = new();
    private string _placeOfHeading;
    private int _number;

    /// <summary>Begins a document.</summary>
    /// <param name="budget">What it may cost.</param>
    /// <param name="prefix">Its place in a document around it; empty where there is none.</param>
    public BlockWriter(DocumentBudget budget, string prefix = "")
    {
        (_budget, _prefix, _placeOfHeading) = (budget, OneLine(prefix), OneLine(prefix));
        Place = string.Empty;
    }

    /// <summary>Whether the text is as long as it may be: what comes is left out.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether anything was written.</summary>
    public bool IsEmpty => _blocks.Count == 0 && _headings.End() is null;

    /// <summary>Where what comes stands: "page 3". Default: nowhere but in its lines.</summary>
    public string Place
    {
        get;
        set =>
            field = (_prefix.Length, value.Length) switch
            {
                (0, _) => OneLine(value),
                (_, 0) => _prefix,
                _ => $"{_prefix}, {OneLine(value)}",
            };
    }

    /// <summary>Enters a heading.</summary>
    /// <param name="level">From 1; it ends those of its level and below.</param>
    /// <param name="text">Its text; an empty one only ends others.</param>
    /// <param name="line">Its line in the file, where that has lines.</param>
    public void Heading(int level, string text, int? line = null)
    {
        var heading = OneLine(text);
        var bare = _headings.Enter(level, TextCut.Head(heading, LongestHeading), line ?? ++_number);
        AddBare(bare);
        _placeOfHeading = Place;

        // One that is no title any more is a text as well.
        if (heading.Length > LongestHeading)
        {
            Text(heading);
        }
    }

    /// <summary>Adds a paragraph, a row, an item of a list.</summary>
    /// <param name="text">Its text; an empty one is none.</param>
    /// <param name="isCode">Whether its lines are to be kept.</param>
    public void Text(string text, bool isCode = false)
    {
        var trimmed = text.Trim();
        if (trimmed.Length > 0)
        {
            Add(new TextBlock(trimmed, ++_number, _headings.Text, isCode, _number));
        }
    }

    /// <summary>Adds lines of the file.</summary>
    /// <param name="text">Their text.</param>
    /// <param name="startLine">The first line, from 1.</param>
    /// <param name="endLine">The last line.</param>
    /// <param name="isCode">Whether its lines are to be kept.</param>
    public void Lines(string text, int startLine, int endLine, bool isCode = false)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            Add(new TextBlock(text, startLine, _headings.Text, isCode, endLine));
        }
    }

    /// <summary>Adds blocks that another reader made, under the headings here.</summary>
    public void Add(IEnumerable<TextBlock> blocks)
    {
        foreach (var block in blocks)
        {
            _number++;
            Add(
                block with
                {
                    StartLine = _number,
                    EndLine = _number,
                    Metadata = ChunkMetadata.None,
                    Heading =
                        _headings.Text.Length == 0 ? block.Heading
                        : block.Heading.Length == 0 || block.Heading == _headings.Text ? _headings.Text
                        : $"{_headings.Text} > {block.Heading}",
                }
            );
        }
    }

    /// <summary>All blocks.</summary>
    public IReadOnlyList<TextBlock> Finish()
    {
        AddBare(_headings.End());
        return _blocks;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private void AddBare(TextBlock? bare)
    {
        if (bare is not null)
        {
            _blocks.Add(bare with { EndLine = bare.StartLine, Place = _placeOfHeading });
        }
    }

    private void Add(TextBlock block)
    {
        IsFull = IsFull || !_budget.Take(block.Text.Length);
        if (!IsFull)
        {
            _headings.Fill();
            _blocks.Add(block.Place.Length > 0 ? block : block with { Place = Place });
        }
    }
}
