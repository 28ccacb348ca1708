using System.Globalization;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization.Pieces;

/// <summary>The entries <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> of a vocabulary that spells what it lacks byte by byte.</summary>
internal sealed class BytePieces
{
    private readonly int[] _ids = new int[256];

    public BytePieces(IReadOnlyDictionary<string, int> vocabulary)
    {
        for (var value = 0; value < 256; value++)
        {
            _ids[value] = vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1);
        }
    }

    /// <summary>The id of a byte, or -1.</summary>
    public int this[byte value] => _ids[value];

    /// <summary>Whether all the bytes have an entry.</summary>
    public bool Covers(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_ids[value] < 0)
            {
                return false;
            }
        }

        return true;
    }
}

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
