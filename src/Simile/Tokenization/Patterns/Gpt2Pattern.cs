using System.Globalization;
using System.Text;

namespace Simile.Tokenization.Patterns;

/// <summary>GPT-2's words, <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, found in one pass without a
/// regular expression.</summary>
internal sealed class Gpt2Pattern : ITextPattern
{
    private enum Kind : byte
    {
        Space,
        Letter,
        Number,
        Other,
    }

    private static readonly Kind[] Ascii = [.. Enumerable.Range(0, 128).Select(code => KindOf(new Rune(code)))];

    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var position = 0;
        while (position < text.Length)
        {
            var end = EndOfWord(text, position);
            matches.Add(new PatternMatch(position, end, IsMatch: true));
            position = end;
        }
    }

    private static int EndOfWord(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'')
        {
            var contraction = ContractionLength(text[(start + 1)..]);
            if (contraction > 0)
            {
                return start + 1 + contraction;
            }
        }

        var first = KindAt(text, start, out var length);
        if (first != Kind.Space)
        {
            return EndOfRun(text, start + length, first);
        }

        if (text[start] == ' ' && start + 1 < text.Length)
        {
            var second = KindAt(text, start + 1, out length);
            if (second != Kind.Space)
            {
                return EndOfRun(text, start + 1 + length, second);
            }
        }

        // A run of white space leaves its last character to the word that follows.
        var end = EndOfRun(text, start + 1, Kind.Space);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    private static int ContractionLength(ReadOnlySpan<char> rest) =>
        rest switch
        {
            ['s' or 't' or 'm' or 'd', ..] => 1,
            ['r' or 'v', 'e', ..] => 2,
            ['l', 'l', ..] => 2,
            _ => 0,
        };

    private static int EndOfRun(ReadOnlySpan<char> text, int position, Kind kind)
    {
        while (position < text.Length && KindAt(text, position, out var length) == kind)
        {
            position += length;
        }

        return position;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int position, out int length)
    {
        length = 1;
        if (text[position] < 128)
        {
            return Ascii[text[position]];
        }

        Rune.DecodeFromUtf16(text[position..], out var rune, out length);
        return KindOf(rune);
    }

    private static Kind KindOf(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            _ when Rune.IsWhiteSpace(rune) => Kind.Space,
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
}
