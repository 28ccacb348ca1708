namespace Simile.Training.Static;

/// <summary>Carries the gradients of a batch's vectors back to the rows of the table and lets Adam move each row once.</summary>
/// <remarks>The tokens are sorted by row first; each row is summed in the order of the batch by one thread, so the result never depends on
/// the threads.</remarks>
internal sealed class TableGradient(PinnedMatrix table, SparseAdam adam, int threads)
{
    private readonly int[] _starts = new int[table.Rows + 1];
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };
    private readonly ThreadLocal<float[]> _sums = new(() => new float[table.Columns]);
    private int[] _texts = [];

    /// <summary>Moves every row that the batch used.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="sides">The texts of the batch (B in each side), and the gradients of their vectors, (B, D).</param>
    public void Apply(float rate, long step, params (TextSide Texts, PinnedMatrix Gradients)[] sides)
    {
        Sort(sides);
        Parallel.For(
            0,
            table.Rows,
            _parallel,
            token =>
            {
                var texts = _texts.AsSpan(_starts[token], _starts[token + 1] - _starts[token]);
                if (texts.Length == 0)
                {
                    return;
                }

                var sum = _sums.Value.AsSpan();
                sum.Clear();
                foreach (var text in texts)
                {
                    var (side, index) = Math.DivRem(text, sides[0].Texts.Count);
                    SideEncoder.Add(sides[side].Gradients.Row(index), sum, 1f / sides[side].Texts[index].Length);
                }

                adam.Update(token, sum, rate, step);
            }
        );
    }

    // A counting sort: _texts holds, row after row, which texts use it; texts of each side count on from those of the side before.
    private void Sort((TextSide Texts, PinnedMatrix Gradients)[] sides)
    {
        Array.Clear(_starts);
        foreach (var (texts, _) in sides)
        {
            Count(texts.Tokens);
        }

        for (var i = 1; i < _starts.Length; i++)
        {
            _starts[i] += _starts[i - 1];
        }

        Array.Resize(ref _texts, Math.Max(_texts.Length, _starts[^1]));
        for (var side = sides.Length - 1; side >= 0; side--)
        {
            Place(sides[side].Texts, side * sides[0].Texts.Count);
        }
    }

    private void Count(ReadOnlySpan<ushort> tokens)
    {
        foreach (var token in tokens)
        {
            _starts[token]++;
        }
    }

    private void Place(TextSide side, int firstText)
    {
        for (var text = side.Count - 1; text >= 0; text--)
        {
            foreach (var token in side[text])
            {
                _texts[--_starts[token]] = firstText + text;
            }
        }
    }
}
