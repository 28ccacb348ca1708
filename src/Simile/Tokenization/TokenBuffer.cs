namespace Simile.Tokenization;

/// <summary>A reusable list of tokens: ids, and where each stands in the text. Not safe for several threads at once.</summary>
public sealed class TokenBuffer
{
    private int[] _ids = new int[256];
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];

    /// <summary>Tokens in the buffer.</summary>
    public int Count { get; private set; }

    /// <summary>The ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>For each token the index of its first UTF-16 unit in the text.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>For each token the index after its last UTF-16 unit in the text.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear() => Count = 0;

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
