using System.Buffers;
using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Pipeline;

/// <summary>Cuts a text at its added tokens; the leftmost wins, then the longest.</summary>
internal sealed class AddedTokenSet
{
    private readonly (string Pattern, AddedToken Token)[] _longestFirst;
    private readonly SearchValues<string> _search;

    public AddedTokenSet(IEnumerable<(string Pattern, AddedToken Token)> tokens)
    {
        _longestFirst = [.. tokens.Where(token => token.Pattern.Length > 0).OrderByDescending(token => token.Pattern.Length)];
        _search = SearchValues.Create(_longestFirst.Select(token => token.Pattern).ToArray(), StringComparison.Ordinal);
    }

    /// <summary>Appends the stretches of the whole text: added tokens, and what lies between them.</summary>
    public void Cut(ReadOnlySpan<char> text, List<Segment> segments)
    {
        var done = 0;
        var position = 0;
        while (_longestFirst.Length > 0 && position < text.Length)
        {
            var index = text[position..].IndexOfAny(_search);
            if (index < 0)
            {
                break;
            }

            position += index;
            var (pattern, token) = At(text[position..]);
            if (!token.SingleWord || StandsAlone(text, position, position + pattern.Length))
            {
                var from = token.StripsLeft ? Math.Max(done, text[..position].TrimEnd().Length) : Math.Max(done, position);
                var to = position + pattern.Length;
                to = token.StripsRight ? text.Length - text[to..].TrimStart().Length : to;
                AddText(done, from, segments);
                segments.Add(new Segment(from, Math.Max(from, to), token.Id));
                done = Math.Max(from, to);
            }

            position += pattern.Length;
        }

        AddText(done, text.Length, segments);
    }

    private static void AddText(int from, int to, List<Segment> segments)
    {
        if (from < to)
        {
            segments.Add(new Segment(from, to, -1));
        }
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int from, int to)
    {
        Rune.DecodeLastFromUtf16(text[..from], out var before, out _);
        Rune.DecodeFromUtf16(text[to..], out var after, out _);
        return (from == 0 || !WordCharacters.Contains(before)) && (to == text.Length || !WordCharacters.Contains(after));
    }

    private (string Pattern, AddedToken Token) At(ReadOnlySpan<char> rest)
    {
        foreach (var entry in _longestFirst)
        {
            if (rest.StartsWith(entry.Pattern, StringComparison.Ordinal))
            {
                return entry;
            }
        }

        throw new InvalidOperationException("The search found an added token that is not there.");
    }
}
