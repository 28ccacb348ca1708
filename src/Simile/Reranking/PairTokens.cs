using System.Collections.Immutable;
using Simile.Tokenization;

namespace Simile.Reranking;

/// <summary>Puts the tokens of two texts together as a network saw them in training, cut to a limit as Hugging Face's tokenizers cut
/// ("longest first").</summary>
/// <param name="parts">The places of the two texts and of special tokens.</param>
/// <param name="maxTokens">The limit, special tokens included.</param>
internal sealed class PairTokens(ImmutableArray<PairPart> parts, int maxTokens)
{
    private readonly int _special = parts.Count(part => part.Text < 0);

    /// <summary>The fewest tokens that have room for one of each text.</summary>
    public static int Fewest(ImmutableArray<PairPart> parts) => parts.Count(part => part.Text < 0) + 2;

    /// <summary>Joins two texts.</summary>
    public PairRow Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        // The library cuts each text to the limit before it looks which is the longer: of two longer ones, the second gets the odd token.
        var (keptFirst, keptSecond) = Keep(Math.Min(first.Length, maxTokens), Math.Min(second.Length, maxTokens), maxTokens - _special);
        var ids = new List<int>(keptFirst + keptSecond + _special);
        var types = new List<int>(ids.Capacity);
        foreach (var part in parts)
        {
            var tokens =
                part.Text < 0 ? [part.Id]
                : part.Text == 0 ? first[..keptFirst]
                : second[..keptSecond];
            ids.AddRange(tokens);
            types.AddRange(Enumerable.Repeat(part.Type, tokens.Length));
        }

        return new PairRow([.. ids], [.. types], first.Length + second.Length + _special) { QueryLeftOut = first.Length - keptFirst };
    }

    /// <summary>How many tokens of each are kept: the longer text loses first, and where both are long each keeps half.</summary>
    internal static (int First, int Second) Keep(int first, int second, int room)
    {
        if (first + second <= room)
        {
            return (first, second);
        }

        var (shorter, longer) = (Math.Min(first, second), Math.Max(first, second));
        longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + (room % 2);
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }
}
