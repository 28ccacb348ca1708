using System.Buffers;

namespace Simile.Tokenization;

/// <summary>Entries that are found in the raw text before anything else is done to it, such as <c>[UNK]</c>; the leftmost wins, then the
/// longest.</summary>
internal sealed class AddedTokens
{
    private readonly KeyValuePair<string, int>[] _longestFirst;
    private readonly SearchValues<string> _search;

    public AddedTokens(IEnumerable<KeyValuePair<string, int>> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Key.Length)];
        _search = SearchValues.Create(_longestFirst.Select(token => token.Key).ToArray(), StringComparison.Ordinal);
    }

    /// <summary>The first added token at or after <paramref name="start"/>; an index of -1 when there is none.</summary>
    public (int Index, int Length, int Id) Next(ReadOnlySpan<char> text, int start)
    {
        if (_longestFirst.Length == 0)
        {
            return (-1, 0, 0);
        }

        var found = text[start..].IndexOfAny(_search);
        if (found < 0)
        {
            return (-1, 0, 0);
        }

        foreach (var (token, id) in _longestFirst)
        {
            if (text[(start + found)..].StartsWith(token, StringComparison.Ordinal))
            {
                return (start + found, token.Length, id);
            }
        }

        return (-1, 0, 0);
    }
}
