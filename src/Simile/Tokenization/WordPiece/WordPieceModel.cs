namespace Simile.Tokenization.WordPiece;

/// <summary>A WordPiece vocabulary: every word becomes its longest known beginning, then the longest known continuation, and so
/// on.</summary>
/// <remarks>Schuster and Nakajima 2012, "Japanese and Korean voice search"; greedy as in BERT.</remarks>
internal sealed class WordPieceModel
{
    private const int StackRoom = 128;
    private readonly PieceTable _beginnings;
    private readonly PieceTable _continuations;

    /// <summary>Makes the model.</summary>
    /// <param name="vocabulary">Entries to ids.</param>
    /// <param name="unknownToken">The entry for words the vocabulary cannot spell.</param>
    /// <param name="continuationPrefix">What marks an entry that continues a word.</param>
    /// <param name="maxWordLength">Words of more characters are unknown.</param>
    public WordPieceModel(
        IReadOnlyDictionary<string, int> vocabulary,
        string unknownToken = "[UNK]",
        string continuationPrefix = "##",
        int maxWordLength = 100
    )
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentException.ThrowIfNullOrEmpty(continuationPrefix);
        if (!vocabulary.TryGetValue(unknownToken, out var unknown))
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The unknown token '{unknownToken}' is not in the vocabulary of {vocabulary.Count} entries. Add it, or name another one."
            );
        }

        UnknownId = unknown;
        MaxWordLength = maxWordLength;
        _beginnings = new PieceTable([.. vocabulary]);
        _continuations = new PieceTable([
            .. vocabulary
                .Where(entry =>
                    entry.Key.Length > continuationPrefix.Length && entry.Key.StartsWith(continuationPrefix, StringComparison.Ordinal)
                )
                .Select(entry => KeyValuePair.Create(entry.Key[continuationPrefix.Length..], entry.Value)),
        ]);
    }

    /// <summary>The id of the unknown token.</summary>
    public int UnknownId { get; }

    /// <summary>Words of more characters are unknown.</summary>
    public int MaxWordLength { get; }

    /// <summary>Appends the pieces of one normalized word.</summary>
    internal void Tokenize(WordBuffer word, TokenBuffer tokens)
    {
        var units = word.Word;
        if (units.Length > MaxWordLength && CountCharacters(units) > MaxWordLength)
        {
            AddUnknown(word, tokens);
            return;
        }

        var before = tokens.Count;
        var start = 0;
        while (start < units.Length)
        {
            var (id, length) = LongestMatch(units[start..], start == 0 ? _beginnings : _continuations);
            if (id < 0)
            {
                tokens.TruncateTo(before);
                AddUnknown(word, tokens);
                return;
            }

            tokens.Add(id, word.StartOf(start), word.EndOf(start + length - 1));
            start += length;
        }
    }

    private static (int Id, int Length) LongestMatch(ReadOnlySpan<char> rest, PieceTable table)
    {
        var longest = Math.Min(rest.Length, Math.Min(table.LongestPiece, StackRoom));
        Span<uint> hashes = stackalloc uint[StackRoom];
        var hash = PieceTable.EmptyHash;
        for (var i = 0; i < longest; i++)
        {
            hash = PieceTable.Roll(hash, rest[i]);
            hashes[i] = hash;
        }

        for (var length = longest; length > 0; length--)
        {
            var id = table.Find(rest[..length], hashes[length - 1]);
            if (id >= 0)
            {
                return (id, length);
            }
        }

        return (-1, 0);
    }

    private static int CountCharacters(ReadOnlySpan<char> units)
    {
        var count = 0;
        foreach (var unit in units)
        {
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        }

        return count;
    }

    private void AddUnknown(WordBuffer word, TokenBuffer tokens) => tokens.Add(UnknownId, word.StartOf(0), word.EndOf(word.Count - 1));
}

/// <summary>Pieces of words to ids: an open-addressing table that is asked with a hash the caller rolls along the word.</summary>
internal sealed class PieceTable
{
    private readonly uint[] _hashes;
    private readonly int[] _ids;
    private readonly string[] _pieces;
    private readonly int _mask;

    public PieceTable(IReadOnlyCollection<KeyValuePair<string, int>> pieces)
    {
        var capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, pieces.Count * 4));
        _mask = capacity - 1;
        _hashes = new uint[capacity];
        _ids = new int[capacity];
        _pieces = new string[capacity];
        foreach (var (piece, id) in pieces)
        {
            Insert(piece, id);
            LongestPiece = Math.Max(LongestPiece, piece.Length);
        }
    }

    /// <summary>Units of the longest piece.</summary>
    public int LongestPiece { get; }

    /// <summary>The hash of nothing.</summary>
    public const uint EmptyHash = 2166136261;

    /// <summary>The hash of a prefix that is one unit longer (FNV-1a over UTF-16 units).</summary>
    public static uint Roll(uint hash, char unit) => (hash ^ unit) * 16777619;

    /// <summary>The id of a piece, or -1.</summary>
    public int Find(ReadOnlySpan<char> piece, uint hash)
    {
        hash = Mix(hash);
        for (var slot = (int)hash & _mask; _pieces[slot] is { } candidate; slot = (slot + 1) & _mask)
        {
            if (_hashes[slot] == hash && piece.SequenceEqual(candidate))
            {
                return _ids[slot];
            }
        }

        return -1;
    }

    private static uint Mix(uint hash) => hash ^ (hash >> 15);

    private void Insert(string piece, int id)
    {
        var hash = EmptyHash;
        foreach (var unit in piece)
        {
            hash = Roll(hash, unit);
        }

        hash = Mix(hash);
        var slot = (int)hash & _mask;
        while (_pieces[slot] is not null)
        {
            slot = (slot + 1) & _mask;
        }

        (_hashes[slot], _ids[slot], _pieces[slot]) = (hash, id, piece);
    }
}
