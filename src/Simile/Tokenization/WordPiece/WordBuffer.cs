using System.Text;

namespace Simile.Tokenization.WordPiece;

/// <summary>One normalized word and the place of each of its UTF-16 units in the text. Reused; not safe for several threads at
/// once.</summary>
internal sealed class WordBuffer
{
    private char[] _units = new char[128];
    private int[] _starts = new int[128];
    private int[] _ends = new int[128];
    private int _plainStart = -1;

    /// <summary>Units of the word.</summary>
    public int Count { get; private set; }

    /// <summary>The normalized word.</summary>
    public ReadOnlySpan<char> Word => _units.AsSpan(0, Count);

    /// <summary>Where unit <paramref name="index"/> of the word begins in the text.</summary>
    public int StartOf(int index) => _plainStart >= 0 ? _plainStart + index : _starts[index];

    /// <summary>Where unit <paramref name="index"/> of the word ends in the text.</summary>
    public int EndOf(int index) => _plainStart >= 0 ? _plainStart + index + 1 : _ends[index];

    internal void Clear()
    {
        Count = 0;
        _plainStart = -1;
    }

    internal void SetAscii(ReadOnlySpan<char> word, int start, bool lowercase)
    {
        EnsureRoom(word.Length);
        if (lowercase)
        {
            Ascii.ToLower(word, _units, out _);
        }
        else
        {
            word.CopyTo(_units);
        }

        Count = word.Length;
        _plainStart = start;
    }

    /// <summary>Takes a word whose places are simply those of its units.</summary>
    internal void SetPlain(ReadOnlySpan<char> word)
    {
        EnsureRoom(word.Length);
        word.CopyTo(_units);
        Count = word.Length;
        _plainStart = 0;
    }

    internal void Add(Rune rune, int start, int end)
    {
        EnsureRoom(Count + 2);
        LeavePlain();
        var units = rune.EncodeToUtf16(_units.AsSpan(Count));
        _starts.AsSpan(Count, units).Fill(start);
        _ends.AsSpan(Count, units).Fill(end);
        Count += units;
    }

    // A word that began in plain ASCII goes on with something else: from here on every unit carries its own place.
    private void LeavePlain()
    {
        for (var i = 0; _plainStart >= 0 && i < Count; i++)
        {
            _starts[i] = _plainStart + i;
            _ends[i] = _plainStart + i + 1;
        }

        _plainStart = -1;
    }

    private void EnsureRoom(int count)
    {
        if (count > _units.Length)
        {
            var capacity = Math.Max(count, _units.Length * 2);
            Array.Resize(ref _units, capacity);
            Array.Resize(ref _starts, capacity);
            Array.Resize(ref _ends, capacity);
        }
    }
}
