namespace Simile.Vectors;

/// <summary>Keeps the k best of many scored rows: a heap whose root is the worst one kept. Of equal scores the earlier row is
/// better.</summary>
internal sealed class TopRows(int k, bool higherIsBetter)
{
    private readonly ScoredRow[] _heap = new ScoredRow[k];
    private int _count;

    /// <summary>Rows kept.</summary>
    public int Count => _count;

    /// <summary>Whether a row with this score would be kept.</summary>
    public bool Wants(ScoredRow row) => _count < k || IsBetter(row, _heap[0]);

    /// <summary>Keeps the row if it is among the best so far. A score of NaN is that of a row without a vector, which is never
    /// kept.</summary>
    public void Offer(ScoredRow row)
    {
        if (float.IsNaN(row.Score))
        {
            return;
        }

        if (_count < k)
        {
            _heap[_count] = row;
            SiftUp(_count++);
        }
        else if (IsBetter(row, _heap[0]))
        {
            _heap[0] = row;
            SiftDown();
        }
    }

    /// <summary>The rows kept, best first.</summary>
    public ScoredRow[] BestFirst()
    {
        var rows = _heap[.._count];
        Array.Sort(
            rows,
            (a, b) =>
                IsBetter(a, b) ? -1
                : a == b ? 0
                : 1
        );
        return rows;
    }

    private bool IsBetter(ScoredRow a, ScoredRow b) => a.Score == b.Score ? a.Row < b.Row : (a.Score > b.Score) == higherIsBetter;

    private void SiftUp(int child)
    {
        while (child > 0 && IsBetter(_heap[(child - 1) / 2], _heap[child]))
        {
            (_heap[child], _heap[(child - 1) / 2]) = (_heap[(child - 1) / 2], _heap[child]);
            child = (child - 1) / 2;
        }
    }

    private void SiftDown()
    {
        var parent = 0;
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= _count)
            {
                return;
            }

            if (child + 1 < _count && IsBetter(_heap[child], _heap[child + 1]))
            {
                child++;
            }

            if (!IsBetter(_heap[parent], _heap[child]))
            {
                return;
            }

            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            parent = child;
        }
    }
}
