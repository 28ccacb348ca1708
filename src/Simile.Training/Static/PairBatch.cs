namespace Simile.Training.Static;

/// <summary>B pairs of texts that belong together. Two pairs of one group are no negatives of each other.</summary>
internal sealed class PairBatch(int pairs, int maxTokens, float dropout)
{
    private readonly long[] _groups = new long[pairs];

    public TextSide Left { get; } = new(pairs, maxTokens);

    public TextSide Right { get; } = new(pairs, maxTokens);

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
