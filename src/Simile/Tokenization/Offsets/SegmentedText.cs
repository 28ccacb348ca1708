using System.Runtime.InteropServices;

namespace Simile.Tokenization.Offsets;

/// <summary>A stretch of a text under way: an added token when <paramref name="Id"/> is not negative, else text that is still to be
/// split.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Segment(int From, int To, int Id);

/// <summary>A normalized text and the stretches that it has been split into so far.</summary>
internal sealed class SegmentedText
{
    private List<Segment> _segments = [];
    private List<Segment> _spareSegments = [];
    private AlignedText _text = new();
    private AlignedText _spareText = new();

    public AlignedText Text => _text;

    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>The stretches that the current splitter makes.</summary>
    public List<Segment> NewSegments => _spareSegments;

    /// <summary>The text that the current splitter makes, if it changes text.</summary>
    public AlignedText NewText => _spareText;

    /// <summary>Empties it.</summary>
    /// <param name="limit">The most units that it then takes.</param>
    public void Clear(int limit)
    {
        (_text.MaxCount, _spareText.MaxCount) = (limit, limit);
        _segments.Clear();
        _text.Clear();
        Begin();
    }

    public void Add(Segment segment) => _segments.Add(segment);

    /// <summary>Begins a splitter's pass.</summary>
    public void Begin()
    {
        _spareSegments.Clear();
        _spareText.Clear();
    }

    /// <summary>Ends a pass that made new stretches of the same text.</summary>
    public void EndSplitting() => (_segments, _spareSegments) = (_spareSegments, _segments);

    /// <summary>Ends a pass that made a new text as well.</summary>
    public void EndRewriting()
    {
        EndSplitting();
        (_text, _spareText) = (_spareText, _text);
    }

    /// <summary>Copies an added token into the new text as it is.</summary>
    public void Carry(Segment segment)
    {
        var from = _spareText.Count;
        _spareText.Add(_text, segment.From, segment.To);
        _spareSegments.Add(new Segment(from, _spareText.Count, segment.Id));
    }
}
