namespace Simile.Tokenization.Pieces;

/// <summary>Byte pair encoding: a word begins as characters, and the pair that was learned first is merged until none is left.</summary>
/// <remarks>Sennrich, Haddow and Birch 2016, "Neural machine translation of rare words with subword units".</remarks>
internal sealed class BpeModel : IPieceModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<long, (int Rank, int Id)> _merges;

    public BpeModel(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BpeOptions options)
    {
        _vocabulary = vocabulary;
        Options = options;
        _merges = new Dictionary<long, (int, int)>(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            var rest =
                right.Length >= options.ContinuingSubwordPrefix.Length
                    ? right[options.ContinuingSubwordPrefix.Length..]
                    : throw Refusal(right);
            _merges[Key(IdOf(left), IdOf(right))] = (rank, IdOf(left + rest));
        }

        UnknownId = options.UnknownToken is null ? null : IdOf(options.UnknownToken);
        Bytes = options.ByteFallback ? new BytePieces(vocabulary) : null;
    }

    public BpeOptions Options { get; }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Entries => _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

    public BytePieces? Bytes { get; }

    public int? UnknownId { get; }

    public bool IsCached => true;

    public PieceWorker CreateWorker() => new BpeWorker(this);

    /// <summary>The rank of a pair and the entry that it makes; false when the pair is not merged.</summary>
    public bool TryMerge(int left, int right, out (int Rank, int Id) merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private int IdOf(string token) => _vocabulary.TryGetValue(token, out var id) ? id : throw Refusal(token);

    private SimileException Refusal(string token) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer merges or names '{token}', which is not in its vocabulary of {_vocabulary.Count} entries."
        );
}
