using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.WordPiece;

/// <summary>Walks over the normalized words of a text, as BERT's normalizer and pre-tokenizer make them, and knows where each
/// stands.</summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct BertWordReader
{
    private readonly ReadOnlySpan<char> _text;
    private readonly BertNormalizer _normalizer;
    private readonly WordBuffer _buffer;
    private int _position;
    private bool _isolated;

    /// <summary>Begins before the first word.</summary>
    /// <param name="text">The text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="start">Where in the text to begin.</param>
    /// <param name="normalizer">The rules.</param>
    /// <param name="buffer">Memory for one word, reused from word to word.</param>
    public BertWordReader(ReadOnlySpan<char> text, int start, BertNormalizer normalizer, WordBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(normalizer);
        ArgumentNullException.ThrowIfNull(buffer);
        _text = text;
        _position = start;
        _normalizer = normalizer;
        _buffer = buffer;
    }

    /// <summary>The normalized word.</summary>
    public readonly ReadOnlySpan<char> Word => _buffer.Word;

    /// <summary>Goes on to the next word; false at the end of the text.</summary>
    public bool MoveNext()
    {
        _buffer.Clear();
        _isolated = false;
        SkipAsciiSpaces();
        ReadAsciiWord();
        while (_position < _text.Length && !_isolated)
        {
            var next = _text[_position];
            if (next < 128 && CharacterKinds.OfAscii[next] == CharacterKind.Space && _buffer.Count > 0)
            {
                break;
            }

            if (!ReadRune())
            {
                break;
            }
        }

        return _buffer.Count > 0;
    }

    private void SkipAsciiSpaces()
    {
        var kinds = CharacterKinds.OfAscii;
        while (_position < _text.Length && _text[_position] < 128 && kinds[_text[_position]] == CharacterKind.Space)
        {
            _position++;
        }
    }

    // Nearly all words of English text take only this path: one table look-up a character.
    private void ReadAsciiWord()
    {
        var kinds = CharacterKinds.OfAscii;
        var start = _position;
        while (_position < _text.Length && _text[_position] < 128 && kinds[_text[_position]] == CharacterKind.Word)
        {
            _position++;
        }

        if (_position > start)
        {
            _buffer.SetAscii(_text[start.._position], start, _normalizer.Lowercase);
        }
    }

    /// <summary>Reads one character into the word; false when it begins the next word and stays unread.</summary>
    private bool ReadRune()
    {
        var start = _position;
        if (Rune.DecodeFromUtf16(_text[start..], out var rune, out var length) != OperationStatus.Done)
        {
            rune = Rune.ReplacementChar;
        }

        switch (KindOf(rune))
        {
            case CharacterKind.Space when _buffer.Count > 0:
                return false;
            case CharacterKind.Space:
            case CharacterKind.Control when _normalizer.CleanText:
                _position += length;
                return true;
            case CharacterKind.Punctuation when _buffer.Count > 0:
                return false;
            case CharacterKind.Punctuation:
                _isolated = true;
                break;
        }

        _position += length;
        Append(rune, start, _position);
        _isolated &= _buffer.Count > 0;
        return true;
    }

    private readonly CharacterKind KindOf(Rune rune)
    {
        var kind = CharacterKinds.Of(rune);
        if (kind != CharacterKind.Word || rune.IsAscii)
        {
            return kind;
        }

        if (_normalizer.HandleChineseChars && CharacterKinds.IsChinese(rune.Value))
        {
            return CharacterKind.Punctuation;
        }

        // A few symbols decompose into punctuation, such as the sign "not equal".
        Span<char> hangul = stackalloc char[3];
        var parts = _normalizer.StripsAccents ? CanonicalDecomposition.Of(rune, hangul) : [];
        return parts.Length > 0 && Rune.DecodeFromUtf16(parts, out var first, out _) == OperationStatus.Done
            ? CharacterKinds.Of(first)
            : kind;
    }

    private readonly void Append(Rune rune, int start, int end)
    {
        if (!_normalizer.StripsAccents)
        {
            AppendCased(rune, start, end);
            return;
        }

        Span<char> hangul = stackalloc char[3];
        var parts = CanonicalDecomposition.Of(rune, hangul);
        if (parts.IsEmpty)
        {
            AppendUnlessAccent(rune, start, end);
            return;
        }

        foreach (var part in parts.EnumerateRunes())
        {
            AppendUnlessAccent(part, start, end);
        }
    }

    private readonly void AppendUnlessAccent(Rune rune, int start, int end)
    {
        if (!CharacterKinds.IsAccent(rune))
        {
            AppendCased(rune, start, end);
        }
    }

    private readonly void AppendCased(Rune rune, int start, int end)
    {
        const int CapitalIWithDot = 0x130;
        if (!_normalizer.Lowercase)
        {
            _buffer.Add(rune, start, end);
        }
        else if (rune.Value == CapitalIWithDot)
        {
            // The one character whose lower case is two.
            _buffer.Add(new Rune('i'), start, end);
            _buffer.Add(new Rune(0x307), start, end);
        }
        else
        {
            _buffer.Add(LowerCase.Of(rune), start, end);
        }
    }
}

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
