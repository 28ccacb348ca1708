namespace Simile.Tokenization.WordPiece;

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
