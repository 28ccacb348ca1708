namespace Simile.Training.Static.Pairs;

/// <summary>Pairs that were listed when the corpus was read.</summary>
internal sealed class ListedPairs(string name, TokenPool pool) : IPairSource
{
    private readonly List<(TokenSpan Left, TokenSpan Right, int Group)> _pairs = [];

    public string Name => name;

    public int Count => _pairs.Count;

    public void Add(TokenSpan left, TokenSpan right, int group)
    {
        if (left.Length > 0 && right.Length > 0)
        {
            _pairs.Add((left, right, group));
        }
    }

    public void Fill(PairBatch batch, ref SplitMix random)
    {
        while (!batch.IsFull)
        {
            var (left, right, group) = _pairs[random.Below(_pairs.Count)];
            var swap = (random.Next() & 1) == 0;
            batch.Add(pool[swap ? right : left], pool[swap ? left : right], [], group, ref random);
        }
    }
}
