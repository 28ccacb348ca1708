namespace Simile.Tokenization.Pieces;

/// <summary>The model of a tokenizer.json: turns a word into pieces of a vocabulary. Immutable.</summary>
internal interface IPieceModel
{
    /// <summary>Entries to ids.</summary>
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>The id that stands for what the vocabulary lacks.</summary>
    int? UnknownId { get; }

    /// <summary>Whether the same words come again so often that their pieces are worth keeping.</summary>
    bool IsCached { get; }

    /// <summary>Makes what tokenizes words for one thread at a time.</summary>
    PieceWorker CreateWorker();
}

/// <summary>Turns words into pieces and owns the memory for it. Not safe for several threads at once.</summary>
internal abstract class PieceWorker
{
    /// <summary>Appends the pieces of a word; their places are those within the word.</summary>
    public abstract void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces);
}
