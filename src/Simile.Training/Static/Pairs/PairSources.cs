using System.Numerics;
using System.Runtime.InteropServices;
using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Static;

namespace Simile.Training.Static.Pairs;

/// <summary>Sorts the documents of a corpus into the sources of pairs that they serve.</summary>
internal sealed class PairSources
{
    private const int ShortestWindow = 10;
    private readonly ListedPairs _titles;
    private readonly ListedPairs _descriptions;
    private readonly ListedPairs _headings;
    private readonly ListedPairs _neighbours;
    private readonly ListedPairs _glosses;
    private readonly GroupedTexts _senses;
    private readonly GroupedTexts _synonyms;
    private readonly SentencePairs _sentences;
    private readonly SentencePairs _queries;
    private readonly SentencePairs _prose;
    private readonly SentencePairs _windows;
    private readonly SentencePairs _lines;
    private readonly Dictionary<string, GroupedTexts> _groups = new(StringComparer.Ordinal);
    private readonly TokenPool _pool;
    private int _documents;

    public PairSources(TokenPool pool, ITokenizer tokenizer)
    {
        _pool = pool;
        var ends = new HashSet<ushort>(
            Enumerable.Range(0, tokenizer.VocabularySize).Where(id => tokenizer.TokenOf(id) is "." or "!" or "?").Select(id => (ushort)id)
        );
        _titles = new ListedPairs("titles", pool);
        _descriptions = new ListedPairs("descriptions", pool);
        _headings = new ListedPairs("headings", pool);
        _neighbours = new ListedPairs("neighbours", pool);
        _glosses = new ListedPairs("glosses", pool);
        _senses = new GroupedTexts("senses", pool);
        _synonyms = new GroupedTexts("synonyms", pool);
        _sentences = new SentencePairs("sentences", pool, ends, new PassageOptions());
        _queries = new SentencePairs("queries", pool, ends, new PassageOptions { QueryTokens = 10, KeepSentence = 0.7f });
        _prose = new SentencePairs("prose", pool, ends, new PassageOptions { LongestParagraph = 96, KeepSentence = 0 });
        _windows = new SentencePairs(
            "windows",
            pool,
            ends,
            new PassageOptions
            {
                ShortestParagraph = ShortestWindow,
                LongestParagraph = 24,
                KeepSentence = 0,
                QueryTokens = 3,
            }
        );
        _lines = new SentencePairs("lines", pool, ends, new PassageOptions { ShortestParagraph = 2 });
    }

    /// <summary>Lines that have too few known tokens to be cut in two.</summary>
    public long TooShort { get; private set; }

    /// <summary>Names of the sources that every corpus may have; <c>groups</c> are named as their files.</summary>
    public IEnumerable<string> Names => Fixed.Concat(_groups.Values).Select(source => source.Name);

    private IEnumerable<IPairSource> Fixed =>
        [_titles, _descriptions, _headings, _neighbours, _glosses, _senses, _synonyms, _sentences, _queries, _prose, _windows, _lines];

    /// <summary>Every source that got pairs.</summary>
    public IEnumerable<IPairSource> All() => Fixed.Concat(_groups.Values).Where(source => source.Count > 1);

    public void Add(CorpusSource source, TokenizedDocument document)
    {
        _documents++;
        switch (source.Format)
        {
            case "articles":
                AddArticle(document);
                break;
            case "synsets":
                AddSense(document);
                break;
            case "prose":
                AddProse(document);
                break;
            case "lines":
                TooShort += document.Paragraphs is [{ Length: > 1 }] ? 0 : 1;
                _lines.Add(document.Paragraphs.FirstOrDefault());
                break;
            case "pairs":
                _synonyms.Add(document.Variants);
                break;
            default:
                GroupOf(source.File).Add(document.Variants);
                break;
        }
    }

    private void AddArticle(TokenizedDocument article)
    {
        for (var i = 0; i < article.Paragraphs.Count; i++)
        {
            var paragraph = article.Paragraphs[i];
            if (paragraph.Length >= 12)
            {
                _titles.Add(article.Title, paragraph, _documents);
                _descriptions.Add(article.Description, paragraph, _documents);
            }

            if (i > 0 && paragraph.Length >= 16 && article.Paragraphs[i - 1].Length >= 16)
            {
                _neighbours.Add(article.Paragraphs[i - 1], paragraph, _documents);
            }

            _sentences.Add(paragraph);
            _queries.Add(paragraph);
            _windows.Add(paragraph);
        }

        foreach (var (heading, text) in article.Sections)
        {
            _headings.Add(heading, text, GroupOf(heading));
        }

        _descriptions.Add(article.Title, article.Description, _documents);
    }

    // The title of a sense is its words with what they are a kind of; the rest are its words, glosses and examples.
    private void AddSense(TokenizedDocument sense)
    {
        foreach (var variant in sense.Variants)
        {
            _glosses.Add(sense.Title, variant, _documents);
        }

        _senses.Add(sense.Variants);
    }

    private void AddProse(TokenizedDocument prose)
    {
        foreach (var paragraph in prose.Paragraphs)
        {
            TooShort += paragraph.Length < ShortestWindow ? 1 : 0;
            _prose.Add(paragraph);
            _windows.Add(paragraph);
        }
    }

    // Headings such as "Examples" stand over many texts: equal ones form a group.
    private int GroupOf(TokenSpan heading)
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(_pool[heading]));
        return hash.ToHashCode();
    }

    private GroupedTexts GroupOf(string file)
    {
        if (!_groups.TryGetValue(file, out var texts))
        {
            _groups[file] = texts = new GroupedTexts(Path.GetFileNameWithoutExtension(file), _pool);
        }

        return texts;
    }
}

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

/// <summary>How pairs are cut out of paragraphs.</summary>
internal sealed record PassageOptions
{
    /// <summary>Paragraphs of fewer tokens are left out.</summary>
    public int ShortestParagraph { get; init; } = 24;

    /// <summary>Of longer paragraphs a random stretch of this many tokens is taken.</summary>
    public int LongestParagraph { get; init; } = 160;

    /// <summary>How often the sentence stays in its paragraph, from 0 to 1.</summary>
    public float KeepSentence { get; init; } = 0.1f;

    /// <summary>The most tokens of the sentence that are used; 0 for all.</summary>
    public int QueryTokens { get; init; }
}

/// <summary>Pairs of one kind. A batch is drawn from one source alone, so that the kind of text never gives a pair away.</summary>
internal interface IPairSource
{
    /// <summary>The name recipes and reports use.</summary>
    string Name { get; }

    /// <summary>Pairs, or texts to draw pairs from; sources are drawn by a power of it.</summary>
    int Count { get; }

    /// <summary>Fills the batch.</summary>
    void Fill(PairBatch batch, ref SplitMix random);
}
