namespace Simile.Training.Static;

/// <summary>One side of a batch of pairs: B texts, their tokens one after the other.</summary>
internal sealed class TextSide(int texts, int maxTokens)
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
