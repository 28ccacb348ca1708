using Simile.Tokenization.WordPiece;

namespace Simile.Training.Tokenizers;

/// <summary>Options of <see cref="WordPieceTrainer"/>.</summary>
internal sealed record WordPieceTrainerOptions
{
    /// <summary>Entries of the vocabulary, special ones included. Default: 29,500.</summary>
    public int VocabularySize { get; init; } = 29_500;

    /// <summary>How many times the wanted pieces are learned before the useless ones are dropped. Default: 1.2.</summary>
    public double Surplus { get; init; } = 1.2;

    /// <summary>Words that occur less often are left out. Default: 3.</summary>
    public int MinCount { get; init; } = 3;

    /// <summary>Characters that get entries of their own. Default: 400.</summary>
    public int AlphabetSize { get; init; } = 400;

    /// <summary>Entries with the first ids; the first one is the unknown token. Default: <c>[UNK]</c> and <c>[PAD]</c>.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[UNK]", "[PAD]"];

    /// <summary>What is done to text before it is split into words.</summary>
    public BertNormalizer Normalizer { get; init; } = new();
}
