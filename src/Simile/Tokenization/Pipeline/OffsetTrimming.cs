using System.Collections.Immutable;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Pipeline;

/// <summary>Takes the spaces of byte-level tokens out of their places, as the post-processors with trim_offsets do.</summary>
internal sealed class OffsetTrimming
{
    private readonly (ushort Leading, ushort Trailing)[] _spaces;
    private readonly ImmutableArray<bool> _passes;

    /// <summary>Prepares the trimming.</summary>
    /// <param name="tokens">The vocabulary.</param>
    /// <param name="passes">One for each post-processor that trims: whether a space before the text was added by the tokenizer.</param>
    public OffsetTrimming(IEnumerable<string> tokens, ImmutableArray<bool> passes)
    {
        _passes = passes;
        _spaces = [.. tokens.Select(token => SpacesOf(token))];
    }

    /// <summary>Leading and trailing spaces of a token as it is written.</summary>
    public static (ushort Leading, ushort Trailing) SpacesOf(ReadOnlySpan<char> token)
    {
        var leading = 0;
        while (leading < token.Length && leading < ushort.MaxValue && IsSpace(token[leading]))
        {
            leading++;
        }

        var trailing = 0;
        while (trailing < token.Length && trailing < ushort.MaxValue && IsSpace(token[token.Length - 1 - trailing]))
        {
            trailing++;
        }

        return ((ushort)leading, (ushort)trailing);
    }

    /// <summary>The place of a token of the vocabulary without its spaces.</summary>
    public (int Start, int End) Trim(ReadOnlySpan<char> text, int id, int start, int end, bool isFirst) =>
        Trim(text, _spaces[id], start, end, isFirst);

    /// <summary>The place of a token without its spaces; as many characters of the text are left out as the token has spaces.</summary>
    public (int Start, int End) Trim(ReadOnlySpan<char> text, (ushort Leading, ushort Trailing) spaces, int start, int end, bool isFirst)
    {
        if (spaces == default)
        {
            return (start, end);
        }

        foreach (var addsPrefix in _passes)
        {
            var leading = addsPrefix && spaces.Leading == 1 && (isFirst || start == 0) ? 0 : spaces.Leading;
            start = Math.Min(Forward(text, start, leading), end);
            end = Math.Max(Backward(text, end, spaces.Trailing), start);
        }

        return (start, end);
    }

    private static int Forward(ReadOnlySpan<char> text, int position, int count)
    {
        for (; count > 0 && position < text.Length; count--)
        {
            position += position + 1 < text.Length && char.IsSurrogatePair(text[position], text[position + 1]) ? 2 : 1;
        }

        return position;
    }

    // Where the text has too few characters, nothing is left out.
    private static int Backward(ReadOnlySpan<char> text, int end, int count)
    {
        var position = end;
        for (; count > 0 && position > 0; count--)
        {
            position -= position > 1 && char.IsSurrogatePair(text[position - 2], text[position - 1]) ? 2 : 1;
        }

        return count > 0 ? end : position;
    }

    private static bool IsSpace(char unit) => unit == ByteCharacters.Space || char.IsWhiteSpace(unit);
}
