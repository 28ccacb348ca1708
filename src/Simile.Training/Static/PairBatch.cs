using System.Numerics;
using System.Runtime.InteropServices;
using Simile.Tokenization;
using Simile.Training.Corpora;

namespace Simile.Training.Static;

/// <summary>B pairs of texts that belong together. Two pairs of one group are no negatives of each other.</summary>
internal sealed class PairBatch(int pairs, int maxTokens, float dropout)
{
    private readonly long[] _groups = new long[pairs];

    public TextBatch Left { get; } = new(pairs, maxTokens);

    public TextBatch Right { get; } = new(pairs, maxTokens);

    /// <summary>The group of each pair.</summary>
    public ReadOnlySpan<long> Groups => _groups.AsSpan(0, Left.Count);

    /// <summary>Pairs the batch holds when it is full.</summary>
    public int Capacity => pairs;

    public bool IsFull => Left.Count == pairs;

    public void Clear()
    {
        Left.Clear();
        Right.Clear();
    }

    /// <summary>Adds a pair; the right side may have a hole, the tokens between <paramref name="right"/> and
    /// <paramref name="rightRest"/>.</summary>
    public void Add(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, ReadOnlySpan<ushort> rightRest, long group, ref SplitMix random)
    {
        _groups[Left.Count] = group;
        Left.Add(left, [], left.Length > 3 ? dropout : 0, ref random);
        Right.Add(right, rightRest, right.Length + rightRest.Length > 3 ? dropout : 0, ref random);
    }
}

/// <summary>One side of a batch of pairs: B texts, their tokens one after the other.</summary>
internal sealed class TextBatch(int texts, int maxTokens)
{
    private readonly ushort[] _tokens = new ushort[texts * maxTokens];
    private readonly int[] _ends = new int[texts + 1];

    /// <summary>Texts so far.</summary>
    public int Count { get; private set; }

    /// <summary>The tokens of all texts.</summary>
    public ReadOnlySpan<ushort> Tokens => _tokens.AsSpan(0, _ends[Count]);

    /// <summary>Where the tokens of text i begin; with one more entry at the end.</summary>
    public ReadOnlySpan<int> Offsets => _ends.AsSpan(0, Count + 1);

    /// <summary>The tokens of one text.</summary>
    public ReadOnlySpan<ushort> this[int text] => _tokens.AsSpan(_ends[text], _ends[text + 1] - _ends[text]);

    /// <summary>Forgets the texts.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a text made of two stretches; each token is dropped with a probability, but never all of them. Tokens over the limit
    /// are cut.</summary>
    public void Add(ReadOnlySpan<ushort> first, ReadOnlySpan<ushort> second, float dropout, ref SplitMix random)
    {
        var start = _ends[Count];
        var end = Copy(first, start, start + maxTokens, dropout, ref random);
        end = Copy(second, end, start + maxTokens, dropout, ref random);
        if (end == start)
        {
            _tokens[end++] = first.Length > 0 ? first[random.Below(first.Length)] : second[random.Below(second.Length)];
        }

        _ends[++Count] = end;
    }

    private int Copy(ReadOnlySpan<ushort> tokens, int position, int limit, float dropout, ref SplitMix random)
    {
        foreach (var token in tokens)
        {
            if (position == limit)
            {
                break;
            }

            if (dropout == 0 || random.Unit() >= dropout)
            {
                _tokens[position++] = token;
            }
        }

        return position;
    }
}
