namespace Simile.Training.Static.Pairs;

/// <summary>A sentence and the rest of its paragraph (the inverse cloze task; Lee, Chang and Toutanova 2019).</summary>
/// <remarks>With a probability the sentence stays in the paragraph: that teaches which words identify a text, as a search by words
/// does.</remarks>
internal sealed class SentencePairs(string name, TokenPool pool, IReadOnlySet<ushort> sentenceEnds, PassageOptions options) : IPairSource
{
    private const int ShortestSentence = 6;
    private readonly List<TokenSpan> _paragraphs = [];

    public string Name => name;

    public int Count => _paragraphs.Count;

    public void Add(TokenSpan paragraph)
    {
        if (paragraph.Length >= options.ShortestParagraph)
        {
            _paragraphs.Add(paragraph);
        }
    }

    public void Fill(PairBatch batch, ref SplitMix random)
    {
        while (!batch.IsFull)
        {
            var i = random.Below(_paragraphs.Count);
            AddPair(batch, pool[_paragraphs[i]], i, ref random);
        }
    }

    private void AddPair(PairBatch batch, ReadOnlySpan<ushort> paragraph, int group, ref SplitMix random)
    {
        if (paragraph.Length > options.LongestParagraph)
        {
            paragraph = paragraph.Slice(random.Below(paragraph.Length - options.LongestParagraph + 1), options.LongestParagraph);
        }

        var (start, end) = SentenceAround(paragraph, random.Below(paragraph.Length));
        if (end - start == paragraph.Length)
        {
            end = paragraph.Length / 2;
        }

        if (options.QueryTokens > 0 && end - start > options.QueryTokens)
        {
            start += random.Below(end - start - options.QueryTokens + 1);
            end = start + options.QueryTokens;
        }

        var keep = random.Unit() < options.KeepSentence;
        batch.Add(paragraph[start..end], keep ? paragraph : paragraph[..start], keep ? [] : paragraph[end..], group, ref random);
    }

    private (int Start, int End) SentenceAround(ReadOnlySpan<ushort> paragraph, int position)
    {
        var start = 0;
        for (var i = 0; i < paragraph.Length; i++)
        {
            if (!sentenceEnds.Contains(paragraph[i]) || i + 1 - start < ShortestSentence)
            {
                continue;
            }

            if (i >= position)
            {
                return (start, i + 1);
            }

            start = i + 1;
        }

        return start < paragraph.Length ? (start, paragraph.Length) : (0, paragraph.Length);
    }
}
