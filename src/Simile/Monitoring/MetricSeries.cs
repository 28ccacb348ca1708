namespace Simile.Monitoring;

/// <summary>One metric: all its values so far, and those of a window that moves on slice by slice. Memory does not grow with the number of
/// values.</summary>
/// <param name="slice">How long a slice lasts.</param>
/// <param name="slices">Slices a window has.</param>
internal sealed class MetricSeries(TimeSpan slice, int slices)
{
    private readonly Lock _lock = new();
    private readonly MetricSlice _all = new();
    private readonly MetricSlice?[] _ring = new MetricSlice?[slices];

    public void Record(double value, TimeSpan now)
    {
        var number = now.Ticks / slice.Ticks;
        lock (_lock)
        {
            _all.Record(value);
            var current = _ring[number % slices] ??= new MetricSlice();
            if (current.Number != number)
            {
                current.Begin(number);
            }

            current.Record(value);
        }
    }

    public MetricStatistics Statistics()
    {
        lock (_lock)
        {
            return _all.Statistics();
        }
    }

    /// <summary>Of the slices that have begun within the last window, this one included.</summary>
    public MetricStatistics Recent(TimeSpan now)
    {
        var oldest = (now.Ticks / slice.Ticks) - slices + 1;
        var merged = new MetricSlice();
        lock (_lock)
        {
            foreach (var part in _ring.Where(part => part?.Number >= oldest))
            {
                merged.Add(part!);
            }
        }

        return merged.Statistics();
    }
}

/// <summary>The values of one stretch of time.</summary>
internal sealed class MetricSlice
{
    private readonly Moments _moments = new();
    private readonly QuantileSketch _sketch = new();

    /// <summary>Which slice it is, counted from the beginning of time.</summary>
    public long Number { get; private set; } = -1;

    public void Begin(long number)
    {
        Number = number;
        _moments.Clear();
        _sketch.Clear();
    }

    public void Record(double value)
    {
        _moments.Add(value);
        _sketch.Add(value);
    }

    public void Add(MetricSlice other)
    {
        _moments.Add(other._moments);
        _sketch.Add(other._sketch);
    }

    public MetricStatistics Statistics() => MetricStatistics.Of(_moments, _sketch);
}
