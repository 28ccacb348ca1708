namespace Simile.Tokenization.Pieces;

/// <summary>Every word is an entry of the vocabulary, or unknown.</summary>
internal sealed class WordLevelModel(Dictionary<string, int> vocabulary, string unknownToken) : IPieceModel
{
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public int? UnknownId { get; } =
        vocabulary.TryGetValue(unknownToken, out var id)
            ? id
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The unknown token '{unknownToken}' is not in the vocabulary of {vocabulary.Count} words. Add it, or name another one."
            );

    public bool IsCached => false;

    public PieceWorker CreateWorker() => new Worker(vocabulary.GetAlternateLookup<ReadOnlySpan<char>>(), UnknownId!.Value);

    private sealed class Worker(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary, int unknown) : PieceWorker
    {
        public override void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces) =>
            pieces.Add(vocabulary.TryGetValue(word, out var id) ? id : unknown, 0, word.Length);
    }
}
