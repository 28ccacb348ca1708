using System.Collections.Immutable;

namespace Simile.Tokenization;

/// <summary>The tokens that a network expects around one text, such as <c>[CLS]</c> before it and <c>[SEP]</c> after it. A tokenizer does not add them itself.</summary>
/// <param name="Prefix">Ids before the text. May be empty.</param>
/// <param name="Suffix">Ids after the text. May be empty.</param>
public sealed record SpecialTokens(ImmutableArray<int> Prefix, ImmutableArray<int> Suffix)
{
    /// <summary>Nothing before the text and nothing after it.</summary>
    public static SpecialTokens None { get; } = new([], []);

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
