namespace Simile.Tokenization;

/// <summary>A reusable list of tokens: ids, and where each stands in the text. Not safe for several threads at once.</summary>
public sealed class TokenBuffer
{
    private const int Smallest = 256;
    private const int MaxKept = 1 << 18;
    private int[] _ids = new int[Smallest];
    private int[] _starts = new int[Smallest];
    private int[] _ends = new int[Smallest];

    /// <summary>Tokens in the buffer.</summary>
    public int Count { get; private set; }

    /// <summary>The ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>For each token the index of its first UTF-16 unit in the text.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>For each token the index after its last UTF-16 unit in the text.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Tokens that fit before it grows.</summary>
    internal int Capacity => _ids.Length;

    /// <summary>Empties the buffer and keeps its memory, unless one huge text made it huge (over 262,144 tokens, 3 MB).</summary>
    public void Clear()
    {
        Count = 0;
        if (Capacity > MaxKept)
        {
            (_ids, _starts, _ends) = (new int[Smallest], new int[Smallest], new int[Smallest]);
        }
    }

    /// <summary>Drops all tokens after the first <paramref name="count"/>.</summary>
    public void TruncateTo(int count) => Count = Math.Min(Count, count);

    /// <summary>Takes tokens out from a place on; nothing where the count is not positive.</summary>
    internal void Remove(int start, int count)
    {
        if (count > 0)
        {
            foreach (var list in (int[][])[_ids, _starts, _ends])
            {
                list.AsSpan((start + count)..Count).CopyTo(list.AsSpan(start));
            }

            Count -= count;
        }
    }

    /// <summary>Appends one token.</summary>
    public void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            Grow();
        }

        _ids[Count] = id;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }

    private void Grow()
    {
        var capacity = Count * 2;
        Array.Resize(ref _ids, capacity);
        Array.Resize(ref _starts, capacity);
        Array.Resize(ref _ends, capacity);
    }
}

/// <summary>The entries of a vocabulary by their ids.</summary>
internal static class TokenList
{
    /// <summary>Ids must be smaller; the largest vocabularies have about a million entries.</summary>
    public const int MaxTokens = 1 << 24;

    /// <summary>An array with each entry at its id; ids without an entry hold an empty string.</summary>
    public static string[] Make(IReadOnlyCollection<KeyValuePair<string, int>> entries)
    {
        var tokens = new string[entries.Count == 0 ? 0 : entries.Max(entry => entry.Value) + 1];
        Array.Fill(tokens, string.Empty);
        foreach (var (token, id) in entries)
        {
            tokens[id] = token;
        }

        return tokens;
    }

    /// <summary>The id, if it can be one.</summary>
    public static int CheckId(string token, long id) =>
        id is >= 0 and < MaxTokens
            ? (int)id
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer gives '{token}' the id {id}; expected 0 to {MaxTokens - 1}."
            );
}
