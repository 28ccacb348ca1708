namespace Simile.Tokenization.Pieces;

/// <summary>SentencePiece's unigram model: of all the ways to spell a word the most probable one.</summary>
/// <remarks>Kudo 2018, "Subword regularization".</remarks>
internal sealed class UnigramModel : IPieceModel
{
    private const double UnknownPenalty = 10;
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);

    public UnigramModel(IReadOnlyList<KeyValuePair<string, double>> pieces, int? unknownId, bool byteFallback)
    {
        if (unknownId is < 0 || unknownId >= pieces.Count)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's unk_id is {unknownId}; expected 0 to {pieces.Count - 1}, since it has {pieces.Count} pieces."
            );
        }

        for (var id = 0; id < pieces.Count; id++)
        {
            _vocabulary[pieces[id].Key] = id;
        }

        UnknownId = unknownId;
        Trie = new PieceTrie(_vocabulary);
        Scores = [.. pieces.Select(piece => piece.Value)];
        UnknownScore = Scores.Append(double.PositiveInfinity).Min() - UnknownPenalty;
        Bytes = byteFallback ? new BytePieces(_vocabulary) : null;
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Entries => _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

    public int? UnknownId { get; }

    public PieceTrie Trie { get; }

    public double[] Scores { get; }

    public double UnknownScore { get; }

    public BytePieces? Bytes { get; }

    public bool IsCached => true;

    public PieceWorker CreateWorker() => new UnigramWorker(this);
}
