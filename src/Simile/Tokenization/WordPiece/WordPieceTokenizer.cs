using System.Collections.Concurrent;

namespace Simile.Tokenization.WordPiece;

/// <summary>BERT's tokenizer: normalize, split into words, then WordPiece. Offsets are those of the original text, in UTF-16
/// units.</summary>
internal sealed class WordPieceTokenizer : ITokenizer
{
    private readonly AddedTokens _addedTokens;
    private readonly BertNormalizer _normalizer;
    private readonly WordPieceModel _model;
    private readonly string[] _tokens;

    // What one huge word took is not kept for the next text.
    private const int LongestKept = 1 << 20;
    private readonly ConcurrentBag<WordBuffer> _buffers = [];

    /// <summary>Puts a tokenizer together.</summary>
    /// <param name="vocabulary">Entries to ids.</param>
    /// <param name="model">The WordPiece model over the same vocabulary.</param>
    /// <param name="normalizer">BERT's normalizer.</param>
    /// <param name="addedTokens">Entries found in the raw text before all else.</param>
    /// <param name="digest">SHA-256 of all of this.</param>
    /// <param name="special">What a network expects around one text. Default: nothing.</param>
    public WordPieceTokenizer(
        IReadOnlyDictionary<string, int> vocabulary,
        WordPieceModel model,
        BertNormalizer normalizer,
        IReadOnlyDictionary<string, int> addedTokens,
        string digest,
        SpecialTokens? special = null
    )
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(addedTokens);
        _model = model;
        _normalizer = normalizer;
        _addedTokens = new AddedTokens(addedTokens);
        _tokens = TokenList.Make([.. vocabulary, .. addedTokens]);
        Digest = digest;
        Special = special ?? SpecialTokens.None;
    }

    /// <summary>What is done to text before it is split into words.</summary>
    public BertNormalizer Normalizer => _normalizer;

    /// <inheritdoc/>
    public int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public int? UnknownId => _model.UnknownId;

    /// <inheritdoc/>
    public string Digest { get; }

    /// <inheritdoc/>
    public SpecialTokens Special { get; }

    /// <inheritdoc/>
    public string TokenOf(int id) => _tokens[id];

    /// <inheritdoc/>
    public void Tokenize(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (!_buffers.TryTake(out var buffer))
        {
            buffer = new WordBuffer();
        }

        var start = 0;
        while (start < text.Length)
        {
            var (index, length, id) = _addedTokens.Next(text, start);
            var end = index < 0 ? text.Length : index;
            TokenizePlain(text[..end], start, buffer, tokens);
            if (index >= 0)
            {
                tokens.Add(id, index, index + length);
            }

            start = end + length;
        }

        if (text.Length <= LongestKept)
        {
            _buffers.Add(buffer);
        }
    }

    private void TokenizePlain(ReadOnlySpan<char> text, int start, WordBuffer buffer, TokenBuffer tokens)
    {
        var words = new BertWordReader(text, start, _normalizer, buffer);
        while (words.MoveNext())
        {
            _model.Tokenize(buffer, tokens);
        }
    }
}

/// <summary>What BERT's normalizer does to text before it is split into words. The names are those of tokenizer.json.</summary>
internal sealed record BertNormalizer
{
    /// <summary>Drops control characters and turns every white space into a space. Default: true.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Makes every CJK ideograph a word of its own. Default: true.</summary>
    public bool HandleChineseChars { get; init; } = true;

    /// <summary>Decomposes letters and drops their accents. Default: null, which means: when <see cref="Lowercase"/> is set.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Turns letters into lower case. Default: true.</summary>
    public bool Lowercase { get; init; } = true;

    internal bool StripsAccents => StripAccents ?? Lowercase;
}
