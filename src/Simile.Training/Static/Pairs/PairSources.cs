using System.Runtime.InteropServices;
using Simile.Tokenization;
using Simile.Training.Corpora;

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
