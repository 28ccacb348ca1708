using Simile.Vectors;

namespace Simile.Search;

/// <summary>Some vectors of an index, with their ids rising. Immutable.</summary>
/// <param name="ids">The chunks' ids, (N).</param>
/// <param name="rows">Their vectors, (N, D).</param>
/// <param name="pictures">A bit a row: whether it is a picture; null where none is.</param>
internal sealed class VectorSegment(long[] ids, IVectorRows rows, ulong[]? pictures)
{
    // Below this share of a segment, ids are looked up one by one.
    private const int FewOf = 16;

    public int Count => ids.Length;

    public long Bytes => (ids.LongLength * sizeof(long)) + rows.Bytes + ((pictures?.LongLength ?? 0) * sizeof(ulong));

    /// <summary>A bit a row, set for some; null for none.</summary>
    public static ulong[]? BitsOf(List<int> set, int count)
    {
        if (set.Count == 0)
        {
            return null;
        }

        var bits = new ulong[(count + 63) / 64];
        foreach (var row in set)
        {
            bits[row / 64] |= 1UL << (row % 64);
        }

        return bits;
    }

    public ScoredChunk ChunkAt(int row, double score) => new(ids[row], score) { IsPicture = IsPicture(row) };

    /// <summary>Offers rows with their scores.</summary>
    /// <param name="query">The query.</param>
    /// <param name="firstRow">What is added to the number of a row.</param>
    /// <param name="allowed">The ids that are looked at, rising; null for all.</param>
    /// <param name="top">Gets them.</param>
    public void Scan(CodedQuery query, int firstRow, long[]? allowed, TopRows top)
    {
        if (allowed is null)
        {
            for (var row = 0; row < ids.Length; row++)
            {
                top.Offer(new ScoredRow(firstRow + row, rows.Score(query, row)));
            }

            return;
        }

        foreach (var row in RowsOf(allowed))
        {
            top.Offer(new ScoredRow(firstRow + row, rows.Score(query, row)));
        }
    }

    /// <summary>This one without some chunks; itself where it holds none of them.</summary>
    /// <param name="gone">Their ids, rising.</param>
    public VectorSegment Without(long[] gone)
    {
        var dropped = RowsOf(gone).ToHashSet();
        if (dropped.Count == 0)
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, ids.Length).Where(row => !dropped.Contains(row))];
        return new VectorSegment(
            Array.ConvertAll(kept, row => ids[row]),
            rows.Keep(kept),
            BitsOf([.. Enumerable.Range(0, kept.Length).Where(i => IsPicture(kept[i]))], kept.Length)
        );
    }

    /// <summary>This one with another behind it.</summary>
    public VectorSegment Join(VectorSegment more)
    {
        List<int> marked =
        [
            .. Enumerable.Range(0, Count).Where(IsPicture),
            .. Enumerable.Range(0, more.Count).Where(more.IsPicture).Select(row => Count + row),
        ];
        return new VectorSegment([.. ids, .. more.Ids], rows.Join(more.Rows), BitsOf(marked, Count + more.Count));
    }

    private long[] Ids => ids;

    private IVectorRows Rows => rows;

    private bool IsPicture(int row) => pictures is not null && (pictures[row / 64] >> (row % 64) & 1) == 1;

    private IEnumerable<int> RowsOf(long[] allowed)
    {
        var (start, end) = (PlaceOf(allowed, ids[0]), PlaceOf(allowed, ids[^1] + 1));
        if ((end - start) * FewOf < ids.Length)
        {
            for (var i = start; i < end; i++)
            {
                if (Array.BinarySearch(ids, allowed[i]) is >= 0 and var row)
                {
                    yield return row;
                }
            }

            yield break;
        }

        for (var row = 0; row < ids.Length && start < end; row++)
        {
            while (start < end && allowed[start] < ids[row])
            {
                start++;
            }

            if (start < end && allowed[start] == ids[row])
            {
                yield return row;
            }
        }
    }

    private static int PlaceOf(long[] sorted, long id) =>
        Array.BinarySearch(sorted, id) is >= 0 and var at ? at : ~Array.BinarySearch(sorted, id);
}
