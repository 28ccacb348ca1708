using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization.Pieces;

/// <summary>WordPiece as the model of a pipeline.</summary>
internal sealed class WordPiecePieces(Dictionary<string, int> vocabulary, WordPieceModel model) : IPieceModel
{
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public int? UnknownId => model.UnknownId;

    public bool IsCached => false;

    public PieceWorker CreateWorker() => new Worker(model);

    private sealed class Worker(WordPieceModel model) : PieceWorker
    {
        private readonly WordBuffer _word = new();

        public override void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces)
        {
            _word.SetPlain(word);
            model.Tokenize(_word, pieces);
        }
    }
}
