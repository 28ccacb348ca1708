using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Tokenization.Offsets;

/// <summary>One stretch of the original text while it is being normalized. Changes are written down character by character and then applied
/// at once.</summary>
/// <remarks>The rules by which places are kept are those of Hugging Face's NormalizedString, down to their corners, since offsets must be
/// equal to theirs.</remarks>
internal sealed class NormalizedText
{
    private readonly List<(Rune Rune, int Change)> _changes = [];
    private AlignedText _text = new();
    private AlignedText _spare = new();
    private int _origin;
    private int _originEnd;

    /// <summary>What the text is now.</summary>
    public AlignedText Text => _text;

    public ReadOnlySpan<char> Units => _text.Units;

    public void Load(ReadOnlySpan<char> original, int from, int to, int limit = int.MaxValue / 2)
    {
        (_origin, _originEnd) = (from, to);
        (_text.MaxCount, _spare.MaxCount) = (limit, limit);
        _text.Clear();
        _text.AddOriginal(original, from, to);
    }

    /// <summary>Writes down the next character of the new text.</summary>
    /// <param name="rune">The character.</param>
    /// <param name="change">0: it replaces the next old character. 1: it is inserted after it. -n: it replaces the next one, and n more are
    /// dropped.</param>
    public void Change(Rune rune, int change)
    {
        if (_changes.Count >= _text.MaxCount)
        {
            throw GrowthLimit.Exceeded(_text.MaxCount);
        }

        _changes.Add((rune, change));
    }

    /// <summary>How many changes are written down.</summary>
    public int Changes => _changes.Count;

    /// <summary>Adds to the change of the last character written down.</summary>
    public void AmendLastChange(int change)
    {
        if (_changes.Count > 0)
        {
            _changes[^1] = (_changes[^1].Rune, _changes[^1].Change + change);
        }
    }

    /// <summary>Drops what was written down.</summary>
    public void ForgetChanges() => _changes.Clear();

    /// <summary>Puts the changes into effect; <paramref name="skipped"/> old characters are dropped before the first.</summary>
    public void ApplyChanges(int skipped = 0)
    {
        var (from, to) = FullRange();
        if (from < 0)
        {
            _changes.Clear();
            return;
        }

        _spare.Clear();
        _spare.Add(_text, 0, from);
        ApplyTo(_spare, SkipRunes(from, skipped));
        _spare.Add(_text, to, _text.Count);
        (_text, _spare) = (_spare, _text);
        _changes.Clear();
    }

    /// <summary>Keeps the characters that pass; the places of the others fall away.</summary>
    public void Keep(Func<Rune, bool> keep)
    {
        var (dropped, droppedFirst) = (0, 0);
        foreach (var rune in _text.Units.EnumerateRunes())
        {
            if (!keep(rune))
            {
                dropped++;
                continue;
            }

            if (_changes.Count == 0)
            {
                droppedFirst = dropped;
            }
            else
            {
                AmendLastChange(-dropped);
            }

            Change(rune, 0);
            dropped = 0;
        }

        if (_changes.Count == _text.Count)
        {
            _changes.Clear();
            return;
        }

        AmendLastChange(-dropped);
        ApplyChanges(droppedFirst);
    }

    /// <summary>Replaces the stretches that match by <paramref name="content"/>, which takes the place of the last character it
    /// replaces.</summary>
    public void Replace(List<Patterns.PatternMatch> matches, string content)
    {
        _spare.Clear();
        foreach (var match in matches)
        {
            if (!match.IsMatch)
            {
                _spare.Add(_text, match.From, match.To);
                continue;
            }

            var (start, end) = match.To == 0 ? (_origin, _origin) : (_text.Starts[match.To - 1], _text.Ends[match.To - 1]);
            foreach (var unit in content)
            {
                _spare.Add(unit, start, end);
            }
        }

        (_text, _spare) = (_spare, _text);
    }

    /// <summary>Puts text in front; it takes the place of the first character.</summary>
    public void Prepend(string content)
    {
        if (_text.Count == 0)
        {
            return;
        }

        _spare.Clear();
        foreach (var unit in content)
        {
            _spare.Add(unit, _text.Starts[0], _text.Ends[0]);
        }

        _spare.Add(_text, 0, _text.Count);
        (_text, _spare) = (_spare, _text);
    }

    private void ApplyTo(AlignedText target, int position)
    {
        foreach (var (rune, change) in _changes)
        {
            var place = Math.Min(change > 0 ? position - 1 : position, _text.Count - 1);
            var (start, end) = place < 0 ? (_origin, _origin) : (_text.Starts[place], _text.Ends[place]);
            if (change <= 0)
            {
                position = SkipRunes(position, 1 - change);
            }

            target.Add(rune, start, end);
        }
    }

    // The library looks up which normalized characters the whole original stands for. Those without a width at its beginning are not among
    // them.
    private (int From, int To) FullRange()
    {
        if (_origin == _originEnd)
        {
            return (0, 0);
        }

        for (var i = 0; i < _text.Count; i++)
        {
            if (_text.Starts[i] != _text.Ends[i])
            {
                return (i, _text.Count);
            }
        }

        return _text.Count > 0 ? (_text.Count, _text.Count) : (-1, -1);
    }

    private int SkipRunes(int position, int count)
    {
        var units = _text.Units;
        for (; count > 0 && position < units.Length; count--)
        {
            position += char.IsHighSurrogate(units[position]) ? 2 : 1;
        }

        return position;
    }
}

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

/// <summary>How far normalizers and pre-tokenizers may grow a text. A few that replace one character by two, one after another, would else
/// fill any memory.</summary>
internal static class GrowthLimit
{
    // One character becomes 18 by compatible decomposition, and each of these three bytes that are written as characters.
    private const int Factor = 64;
    private const int FactorOfLongTexts = 4;
    private const int Free = 4096;
    private const long LargestFree = 1L << 26;

    /// <summary>The most UTF-16 units that a text of so many may become: 64 times as many and 4,096 more, up to 67 million; of longer texts
    /// four times as many.</summary>
    public static int Of(int units) =>
        (int)Math.Min(int.MaxValue / 2, Math.Min(((long)Factor * units) + Free, Math.Max(LargestFree, (long)FactorOfLongTexts * units)));

    /// <summary>The error of a text that grew too far.</summary>
    public static SimileException Exceeded(int limit) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer's normalizers make more than {limit} characters of this text, which no sound tokenizer does. Fetch "
                + "tokenizer.json again, or leave the text out."
        );
}
