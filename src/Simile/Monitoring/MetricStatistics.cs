namespace Simile.Monitoring;

/// <summary>What is known about a metric's values. All but the count are NaN when there are none.</summary>
/// <param name="Count">Values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation, of the whole population (as <c>numpy.std</c>).</param>
/// <param name="Minimum">The least, exactly.</param>
/// <param name="Maximum">The greatest, exactly.</param>
/// <param name="P50">The median, within 1 % of the value of rank ⌊0.5 (n − 1)⌋.</param>
/// <param name="P90">The 90th percentile, likewise.</param>
/// <param name="P99">The 99th percentile, likewise.</param>
public sealed record MetricStatistics(long Count, double Mean, double Deviation, double Minimum, double Maximum, double P50, double P90, double P99)
{
    internal static MetricStatistics Of(Moments moments, QuantileSketch sketch)
    {
        // No estimate lies outside what was seen.
        double Percentile(double q) => moments.Count == 0 ? double.NaN : Math.Clamp(sketch.Quantile(q), moments.Minimum, moments.Maximum);
        return new MetricStatistics(moments.Count, moments.Mean, moments.Deviation, moments.Minimum, moments.Maximum, Percentile(0.5), Percentile(0.9), Percentile(0.99));
    }
}
