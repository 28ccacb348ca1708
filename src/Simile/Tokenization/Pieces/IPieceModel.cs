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

/// <summary>Remembers the pieces of short words, up to a fixed number of them.</summary>
internal sealed class CachingWorker(PieceWorker inner) : PieceWorker
{
    private const int LongestWord = 64;
    private const int MaxWords = 20_000;
    private readonly Dictionary<string, int[]> _known = new(StringComparer.Ordinal);

    public override void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces)
    {
        if (word.Length > LongestWord)
        {
            inner.Tokenize(word, pieces);
            return;
        }

        var known = _known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(word, out var entry))
        {
            for (var i = 0; i < entry.Length; i += 3)
            {
                pieces.Add(entry[i], entry[i + 1], entry[i + 2]);
            }

            return;
        }

        var before = pieces.Count;
        inner.Tokenize(word, pieces);
        if (_known.Count < MaxWords)
        {
            known[word] = Pack(pieces, before);
        }
    }

    private static int[] Pack(TokenBuffer pieces, int from)
    {
        var entry = new int[(pieces.Count - from) * 3];
        for (var i = from; i < pieces.Count; i++)
        {
            (entry[(i - from) * 3], entry[((i - from) * 3) + 1], entry[((i - from) * 3) + 2]) = (
                pieces.Ids[i],
                pieces.Starts[i],
                pieces.Ends[i]
            );
        }

        return entry;
    }
}
