namespace Simile.Monitoring;

/// <summary>What is known about a metric's values. All but the count are NaN when there are none.</summary>
/// <param name="Count">Values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation, of the whole population (as <c>numpy.std</c>).</param>
/// <param name="Minimum">The least, exactly.</param>
/// <param name="Maximum">The greatest, exactly.</param>
/// <param name="P50">The median: at 0.5 (n − 1) on the line through the two sorted values beside it, each within 1 %; the least and the
/// greatest are exact.</param>
/// <param name="P90">The 90th percentile, likewise.</param>
/// <param name="P99">The 99th percentile, likewise.</param>
public sealed record MetricStatistics(
    long Count,
    double Mean,
    double Deviation,
    double Minimum,
    double Maximum,
    double P50,
    double P90,
    double P99
)
{
    internal static MetricStatistics Of(Moments moments, QuantileSketch sketch)
    {
        return new MetricStatistics(
            moments.Count,
            moments.Mean,
            moments.Deviation,
            moments.Minimum,
            moments.Maximum,
            Percentile(0.5),
            Percentile(0.9),
            Percentile(0.99)
        );

        double Percentile(double q)
        {
            if (moments.Count == 0)
            {
                return double.NaN;
            }

            var at = q * (moments.Count - 1);
            var (lower, upper) = (ValueAt((long)at), ValueAt(Math.Min((long)at + 1, moments.Count - 1)));
            return lower + ((at - Math.Floor(at)) * (upper - lower));
        }

        // No estimate lies outside what was seen.
        double ValueAt(long rank) =>
            rank == 0 ? moments.Minimum
            : rank == moments.Count - 1 ? moments.Maximum
            : Math.Clamp(sketch.ValueAt(rank), moments.Minimum, moments.Maximum);
    }
}

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
