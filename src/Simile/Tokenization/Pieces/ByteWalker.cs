using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Tokenization.Pieces;

/// <summary>Walks along a word and tells which UTF-16 units a stretch of its UTF-8 touches.</summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct ByteWalker(ReadOnlySpan<char> word)
{
    private readonly ReadOnlySpan<char> _word = word;
    private int _unit;
    private int _byte;

    /// <summary>The units of the next stretch; stretches come in order.</summary>
    public (int From, int To) Next(int fromByte, int toByte)
    {
        Advance(fromByte);
        var from = Math.Min(_unit, Math.Max(0, _word.Length - 1));
        var ahead = this;
        ahead.Advance(toByte - 1);
        return (from, Math.Min(_word.Length, ahead._unit + ahead.LengthHere().Units));
    }

    private void Advance(int target)
    {
        while (_unit < _word.Length && _byte + LengthHere().Bytes <= target)
        {
            var (units, bytes) = LengthHere();
            _unit += units;
            _byte += bytes;
        }
    }

    private readonly (int Units, int Bytes) LengthHere()
    {
        if (_unit >= _word.Length)
        {
            return (0, 0);
        }

        Rune.DecodeFromUtf16(_word[_unit..], out var rune, out var units);
        return (units, rune.Utf8SequenceLength);
    }
}
