namespace Simile.Monitoring;

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
