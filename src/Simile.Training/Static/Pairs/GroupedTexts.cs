namespace Simile.Training.Static.Pairs;

/// <summary>Groups of texts that mean the same: captions of one picture, utterances of one intent, words and gloss of one sense. Any two
/// make a pair.</summary>
internal sealed class GroupedTexts(string name, TokenPool pool) : IPairSource
{
    private readonly List<IReadOnlyList<TokenSpan>> _groups = [];
    private readonly List<int> _groupOfText = [];

    public string Name => name;

    public int Count => _groupOfText.Count;

    public void Add(IReadOnlyList<TokenSpan> texts)
    {
        if (texts.Count < 2)
        {
            return;
        }

        _groupOfText.AddRange(Enumerable.Repeat(_groups.Count, texts.Count));
        _groups.Add(texts);
    }

    public void Fill(PairBatch batch, ref SplitMix random)
    {
        while (!batch.IsFull)
        {
            var group = _groupOfText[random.Below(_groupOfText.Count)];
            var texts = _groups[group];
            var left = random.Below(texts.Count);
            var right = (left + 1 + random.Below(texts.Count - 1)) % texts.Count;
            batch.Add(pool[texts[left]], pool[texts[right]], [], group, ref random);
        }
    }
}
