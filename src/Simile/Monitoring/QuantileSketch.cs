namespace Simile.Monitoring;

/// <summary>Percentiles of a stream in constant memory: DDSketch (Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile
/// sketch with relative-error guarantees", VLDB 2019).</summary>
/// <remarks>A value x &gt; 0 is counted in the bucket ⌈log_γ x⌉ with γ = (1 + α) / (1 − α), so that every value of a bucket is within α = 1
/// % of the bucket's estimate. The bound holds for each quantile, whatever the distribution, for values that are within a factor of 6·10¹⁷
/// of the largest (2,048 buckets; below, buckets are put together). Negative values have buckets of their own; values nearer to 0 than
/// 10⁻¹² count as 0.</remarks>
internal sealed class QuantileSketch
{
    /// <summary>The largest relative error (α) of a quantile.</summary>
    public const double RelativeError = 0.01;

    private const double Gamma = (1 + RelativeError) / (1 - RelativeError);
    private const double Zero = 1e-12;
    private const int MostBuckets = 2048;
    private static readonly double LogGamma = Math.Log(Gamma);
    private readonly BucketStore _positive = new(MostBuckets);
    private readonly BucketStore _negative = new(MostBuckets);
    private long _zeros;

    public long Count => _positive.Total + _negative.Total + _zeros;

    public void Add(double value)
    {
        if (value > Zero)
        {
            _positive.Add(BucketOf(value), 1);
        }
        else if (value < -Zero)
        {
            _negative.Add(BucketOf(-value), 1);
        }
        else
        {
            _zeros++;
        }
    }

    public void Add(QuantileSketch other)
    {
        _positive.Add(other._positive);
        _negative.Add(other._negative);
        _zeros += other._zeros;
    }

    public void Clear()
    {
        _positive.Clear();
        _negative.Clear();
        _zeros = 0;
    }

    /// <summary>About the value of rank ⌊q (n − 1)⌋ among the n sorted values; NaN when there is none.</summary>
    public double Quantile(double q) => Count == 0 ? double.NaN : ValueAt((long)(q * (Count - 1)));

    /// <summary>About the value of a rank, from 0, among the sorted values.</summary>
    public double ValueAt(long rank)
    {
        if (rank < _negative.Total)
        {
            return -ValueOf(_negative.BucketAt(_negative.Total - 1 - rank));
        }

        rank -= _negative.Total + _zeros;
        return rank < 0 ? 0 : ValueOf(_positive.BucketAt(rank));
    }

    private static int BucketOf(double value) => (int)Math.Ceiling(Math.Log(value) / LogGamma);

    private static double ValueOf(int bucket) => 2 * Math.Pow(Gamma, bucket) / (Gamma + 1);
}
