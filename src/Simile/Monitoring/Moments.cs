namespace Simile.Monitoring;

/// <summary>Count, mean, deviation, least and greatest of a stream (Welford 1962; put together as Chan, Golub and LeVeque 1979 have
/// it).</summary>
internal sealed class Moments
{
    private double _squares;

    public long Count { get; private set; }

    public double Mean { get; private set; } = double.NaN;

    public double Minimum { get; private set; } = double.NaN;

    public double Maximum { get; private set; } = double.NaN;

    /// <summary>The deviation of the whole population: √(Σ (x − mean)² / n), as <c>numpy.std</c> has it.</summary>
    public double Deviation => Count == 0 ? double.NaN : Math.Sqrt(_squares / Count);

    public void Add(double value) => Merge(1, value, 0, value, value);

    public void Add(Moments other)
    {
        if (other.Count > 0)
        {
            Merge(other.Count, other.Mean, other._squares, other.Minimum, other.Maximum);
        }
    }

    public void Clear()
    {
        (Count, _squares) = (0, 0);
        Mean = Minimum = Maximum = double.NaN;
    }

    private void Merge(long count, double mean, double squares, double minimum, double maximum)
    {
        if (Count == 0)
        {
            (Count, Mean, _squares, Minimum, Maximum) = (count, mean, squares, minimum, maximum);
            return;
        }

        var (all, difference) = (Count + count, mean - Mean);
        _squares += squares + (difference * difference * ((double)Count * count / all));
        Mean += difference * count / all;
        Count = all;
        Minimum = Math.Min(Minimum, minimum);
        Maximum = Math.Max(Maximum, maximum);
    }
}
