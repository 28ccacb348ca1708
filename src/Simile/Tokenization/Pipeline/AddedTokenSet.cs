using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
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

/// <summary>An entry that is found in a text as a whole. The names are those of tokenizer.json.</summary>
internal sealed record AddedToken(string Content, int Id)
{
    /// <summary>Found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Takes the white space after it along.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Found in the normalized text rather than in the original.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Whether all of this is as plain as can be.</summary>
    public bool IsPlain => !SingleWord && !StripsLeft && !StripsRight && !IsNormalized;
}

/// <summary>Reads the added tokens of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    public static ImmutableArray<AddedToken> Read(JsonElement root)
    {
        if (!root.Has("added_tokens", out var list))
        {
            return [];
        }

        var tokens = list.EnumerateArray().Select(ReadOne).Where(token => token.Content.Length > 0).ToList();

        // Of an entry that is there twice the last counts.
        return [.. tokens.GroupBy(token => token.Content, StringComparer.Ordinal).Select(group => group.Last())];
    }

    private static AddedToken ReadOne(JsonElement token)
    {
        var content = token.GetProperty("content").Text();
        return new AddedToken(content, TokenList.CheckId(content, token.GetProperty("id").GetInt64()))
        {
            SingleWord = token.GetFlag("single_word"),
            StripsLeft = token.GetFlag("lstrip"),
            StripsRight = token.GetFlag("rstrip"),
            IsNormalized = token.GetFlag("normalized"),
        };
    }
}
