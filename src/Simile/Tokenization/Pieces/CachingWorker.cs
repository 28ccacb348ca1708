namespace Simile.Tokenization.Pieces;

/// <summary>Remembers the pieces of short words, up to a fixed number of them.</summary>
internal sealed class CachingWorker(PieceWorker inner) : PieceWorker
{
    private const int LongestWord = 64;
    private const int MostWords = 20_000;
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
        if (_known.Count < MostWords)
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
