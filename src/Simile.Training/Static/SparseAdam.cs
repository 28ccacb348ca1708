using System.Numerics;

namespace Simile.Training.Static;

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
