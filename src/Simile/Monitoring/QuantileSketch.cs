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
    private const int MaxBuckets = 2048;
    private static readonly double LogGamma = Math.Log(Gamma);
    private readonly BucketStore _positive = new(MaxBuckets);
    private readonly BucketStore _negative = new(MaxBuckets);
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

/// <summary>Counts by bucket, in an array that reaches from the lowest bucket to the highest, and never over more than so many.</summary>
/// <param name="mostBuckets">The most buckets. When there would be more, the lowest are put together.</param>
internal sealed class BucketStore(int mostBuckets)
{
    private const int Growth = 64;
    private long[] _counts = [];
    private int _lowest;
    private int _length;

    /// <summary>All counts together.</summary>
    public long Total { get; private set; }

    public void Add(int bucket, long count)
    {
        Cover(bucket);
        _counts[Math.Max(0, bucket - _lowest)] += count;
        Total += count;
    }

    public void Add(BucketStore other)
    {
        // From the top, so that no bucket is put together with others before it must be.
        for (var i = other._length - 1; i >= 0; i--)
        {
            if (other._counts[i] > 0)
            {
                Add(other._lowest + i, other._counts[i]);
            }
        }
    }

    public void Clear()
    {
        Array.Clear(_counts);
        (_length, Total) = (0, 0);
    }

    /// <summary>The bucket in which the item of that rank lies, counted from the lowest.</summary>
    public int BucketAt(long rank)
    {
        var i = 0;
        for (var seen = _counts[0]; seen <= rank; seen += _counts[i])
        {
            i++;
        }

        return _lowest + i;
    }

    private void Cover(int bucket)
    {
        if (_length == 0)
        {
            _lowest = bucket;
        }

        var (low, end) = (Math.Min(_lowest, bucket), Math.Max(_lowest + _length, bucket + 1));
        low = Math.Max(low, end - mostBuckets);
        if (low != _lowest || end - low > _counts.Length)
        {
            Move(low, end - low);
        }

        _length = end - low;
    }

    private void Move(int low, int length)
    {
        var counts = new long[Math.Min(mostBuckets, (length + Growth - 1) / Growth * Growth)];
        for (var i = 0; i < _length; i++)
        {
            counts[Math.Max(0, _lowest + i - low)] += _counts[i];
        }

        (_counts, _lowest) = (counts, low);
    }
}
