using System.Numerics;
using System.Runtime.InteropServices;
using Simile.Engine.Kernels;

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
    public void Apply(float rate, long step, params (TextBatch Texts, PinnedMatrix Gradients)[] sides)
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
                    MeanPooler.Add(sides[side].Gradients.Row(index), sum, 1f / sides[side].Texts[index].Length);
                }

                adam.Update(token, sum, rate, step);
            }
        );
    }

    // A counting sort: _texts holds, row after row, which texts use it; texts of each side count on from those of the side before.
    private void Sort((TextBatch Texts, PinnedMatrix Gradients)[] sides)
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

    private void Place(TextBatch side, int firstText)
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

/// <summary>Adam for a table of which each step touches some rows (or all of them); the moments of the others rest.</summary>
/// <remarks>Kingma and Ba 2015, "Adam: a method for stochastic optimization"; sparse as in PyTorch's SparseAdam.</remarks>
internal sealed class SparseAdam(PinnedMatrix table)
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    /// <summary>Mean of the gradients, (V, D).</summary>
    public PinnedMatrix First { get; } = new(table.Rows, table.Columns);

    /// <summary>Mean of the squared gradients, (V, D).</summary>
    public PinnedMatrix Second { get; } = new(table.Rows, table.Columns);

    /// <summary>Moves one row against its gradient.</summary>
    /// <param name="row">The row.</param>
    /// <param name="gradient">Its gradient, (D).</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="step">The number of this step, from 1.</param>
    public void Update(int row, ReadOnlySpan<float> gradient, float rate, long step)
    {
        var stepSize = (float)(rate / (1 - Math.Pow(Beta1, step)));
        var correction = (float)(1 / (1 - Math.Pow(Beta2, step)));
        var values = table.Row(row);
        var first = First.Row(row);
        var second = Second.Row(row);
        var i = 0;
        for (; i <= gradient.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradient[i..]);
            var m = (Beta1 * new Vector<float>(first[i..])) + ((1 - Beta1) * g);
            var v = (Beta2 * new Vector<float>(second[i..])) + ((1 - Beta2) * g * g);
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            (new Vector<float>(values[i..]) - (stepSize * m / (Vector.SquareRoot(v * correction) + new Vector<float>(Epsilon)))).CopyTo(
                values[i..]
            );
        }

        for (; i < gradient.Length; i++)
        {
            first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient[i]);
            second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient[i] * gradient[i]);
            values[i] -= stepSize * first[i] / (MathF.Sqrt(second[i] * correction) + Epsilon);
        }
    }
}

/// <summary>A row-major float matrix that the garbage collector leaves where it is.</summary>
internal sealed class PinnedMatrix(int rows, int columns)
{
    private readonly float[] _values = GC.AllocateArray<float>(checked(rows * columns), pinned: true);

    public int Rows => rows;

    public int Columns => columns;

    public Span<float> All => _values;

    public MatrixView View => new(Address, rows, columns, columns, 1);

    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);

    /// <summary>A copy of some rows.</summary>
    public PinnedMatrix Slice(int first, int count)
    {
        var slice = new PinnedMatrix(count, columns);
        _values.AsSpan(first * columns, count * columns).CopyTo(slice.All);
        return slice;
    }

    public Span<float> Row(int row) => _values.AsSpan(row * columns, columns);
}
