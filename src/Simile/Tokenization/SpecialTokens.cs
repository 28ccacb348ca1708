using System.Buffers;
using System.Collections.Immutable;

namespace Simile.Tokenization;

/// <summary>The tokens that a network expects around one text, such as <c>[CLS]</c> before it and <c>[SEP]</c> after it. A tokenizer does
/// not add them itself.</summary>
/// <param name="Prefix">Ids before the text. May be empty.</param>
/// <param name="Suffix">Ids after the text. May be empty.</param>
public sealed record SpecialTokens(ImmutableArray<int> Prefix, ImmutableArray<int> Suffix)
{
    /// <summary>Nothing before the text and nothing after it.</summary>
    public static SpecialTokens None { get; } = new([], []);

    /// <summary>What a network sees of two texts at once, such as <c>[CLS] A [SEP] B [SEP]</c>; null where the tokenizer does not say
    /// it.</summary>
    public ImmutableArray<PairPart>? Pair { get; init; }

    /// <summary><c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c>, the second text of type 1 (BERT).</summary>
    internal static SpecialTokens OfBert(int first, int last) =>
        new([first], [last])
        {
            Pair = [PairPart.Special(first, 0), PairPart.Of(0, 0), PairPart.Special(last, 0), PairPart.Of(1, 1), PairPart.Special(last, 1)],
        };

    /// <summary><c>&lt;s&gt; A &lt;/s&gt;</c> and <c>&lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B &lt;/s&gt;</c>, all of type 0 (RoBERTa, XLM-R,
    /// MPNet).</summary>
    internal static SpecialTokens OfRoberta(int first, int last) =>
        new([first], [last])
        {
            Pair =
            [
                PairPart.Special(first, 0),
                PairPart.Of(0, 0),
                PairPart.Special(last, 0),
                PairPart.Special(last, 0),
                PairPart.Of(1, 0),
                PairPart.Special(last, 0),
            ],
        };

    /// <summary>How many tokens stand around a text.</summary>
    public int Count => Prefix.Length + Suffix.Length;

    /// <summary>Whether both have the same ids in the same places.</summary>
    public bool Equals(SpecialTokens? other) =>
        other is not null && Prefix.AsSpan().SequenceEqual(other.Prefix.AsSpan()) && Suffix.AsSpan().SequenceEqual(other.Suffix.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var id in Prefix.Add(-1).AddRange(Suffix))
        {
            hash.Add(id);
        }

        return hash.ToHashCode();
    }
}

/// <summary>A place in what a network sees of two texts: a special token, or one of the texts.</summary>
/// <param name="Id">The special token's id; −1 for a text.</param>
/// <param name="Text">0 for the first text, 1 for the second; −1 for a special token.</param>
/// <param name="Type">The type of its tokens: 0 for what belongs to the first text, as a rule, and 1 for what belongs to the
/// second.</param>
public readonly record struct PairPart(int Id, int Text, int Type)
{
    /// <summary>A special token.</summary>
    public static PairPart Special(int id, int type) => new(id, -1, type);

    /// <summary>The tokens of a text.</summary>
    public static PairPart Of(int text, int type) => new(-1, text, type);
}

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
