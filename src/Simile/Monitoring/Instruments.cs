using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Simile.Caching;

namespace Simile.Monitoring;

/// <summary>The meter and all its instruments.</summary>
internal sealed class Instruments : IDisposable
{
    // The bounds that OpenTelemetry's conventions name for the two histograms of gen_ai.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };
    private static readonly InstrumentAdvice<double> Powers = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };
    private readonly Meter _meter;
    private readonly bool _isOwn;

    public Instruments(IMeterFactory? meters)
    {
        _isOwn = meters is null;
        var options = new MeterOptions(MetricNames.Source);
        _meter = meters?.Create(options) ?? new Meter(options);
        OperationDuration = Histogram(MetricNames.OperationDuration, "s", "Time a call took.", Seconds);
        TokenUsage = Histogram(MetricNames.TokenUsage, "{token}", "Tokens a call used.", Powers);
        Inputs = Histogram(MetricNames.Inputs, "{input}", "Inputs of a call.", Powers);
        QueueDepth = Histogram(MetricNames.QueueDepth, "{input}", "Inputs that wait.", Powers);
        QueueWait = Histogram(MetricNames.QueueWait, "s", "Time an input waits for its batch.", Seconds);
        BatchInputs = Histogram(MetricNames.BatchInputs, "{input}", "Inputs of a batch.", Powers);
        BatchTokens = Histogram(MetricNames.BatchTokens, "{token}", "Tokens of a batch.", Powers);
        BatchDuration = Histogram(MetricNames.BatchDuration, "s", "Time a batch ran.", Seconds);
        PaddingSaved = Histogram(MetricNames.PaddingSaved, "{token}", "Tokens that padding would have added to a batch.", Powers);
        StageDuration = Histogram(MetricNames.StageDuration, "s", "Time a stage of the work took.", Seconds);
        QueueDropped = _meter.CreateCounter<long>(MetricNames.QueueDropped, "{input}", "Inputs that left the queue without an answer.");
        WorkerFailures = _meter.CreateCounter<long>(MetricNames.WorkerFailures, "{batch}", "Batches whose worker crashed or hung.");
        Truncations = _meter.CreateCounter<long>(MetricNames.Truncations, "{input}", "Inputs of which something was cut off.");
        Errors = _meter.CreateCounter<long>(MetricNames.Errors, "{error}", "Inputs and calls that failed.");
        CacheInputs = _meter.CreateCounter<long>(MetricNames.CacheInputs, "{input}", "Inputs by what a cache did for them.");
        CacheErrors = _meter.CreateCounter<long>(MetricNames.CacheErrors, "{error}", "Calls that had to do without their cache.");
        ObserveCaches();
        _meter.CreateObservableGauge(MetricNames.WorkingSet, () => Environment.WorkingSet, "By", "Memory of the process.");
        _meter.CreateObservableGauge(
            MetricNames.ManagedMemory,
            () => GC.GetTotalMemory(forceFullCollection: false),
            "By",
            "Memory of managed objects."
        );
    }

    public Histogram<double> OperationDuration { get; }

    public Histogram<double> TokenUsage { get; }

    public Histogram<double> Inputs { get; }

    public Histogram<double> QueueDepth { get; }

    public Histogram<double> QueueWait { get; }

    public Histogram<double> BatchInputs { get; }

    public Histogram<double> BatchTokens { get; }

    public Histogram<double> BatchDuration { get; }

    public Histogram<double> PaddingSaved { get; }

    public Histogram<double> StageDuration { get; }

    public Counter<long> QueueDropped { get; }

    public Counter<long> WorkerFailures { get; }

    public Counter<long> Truncations { get; }

    public Counter<long> Errors { get; }

    public Counter<long> CacheInputs { get; }

    public Counter<long> CacheErrors { get; }

    /// <summary>The caches whose tiers are reported.</summary>
    public ConcurrentQueue<IEmbeddingCache> Caches { get; } = new();

    public void Dispose()
    {
        // A factory's meter is the factory's: others may share it.
        if (_isOwn)
        {
            _meter.Dispose();
        }

        Caches.Clear();
    }

    private void ObserveCaches()
    {
        _meter.CreateObservableCounter(MetricNames.CacheHits, () => Tiers(tier => tier.Hits), "{key}", "Keys found.");
        _meter.CreateObservableCounter(MetricNames.CacheMisses, () => Tiers(tier => tier.Misses), "{key}", "Keys not found.");
        _meter.CreateObservableCounter(
            MetricNames.CacheEvictions,
            () => Tiers(tier => tier.Evictions),
            "{entry}",
            "Entries dropped to stay within the bound."
        );
        _meter.CreateObservableCounter(
            MetricNames.CacheRepairs,
            () => Tiers(tier => tier.Repairs),
            "{entry}",
            "Damaged entries taken out."
        );
        _meter.CreateObservableGauge(MetricNames.CacheEntries, () => Tiers(tier => tier.Entries), "{entry}", "Entries held.");
        _meter.CreateObservableGauge(MetricNames.CacheBytes, () => Tiers(tier => tier.Bytes), "By", "Bytes taken.");
    }

    private IEnumerable<Measurement<long>> Tiers(Func<CacheTier, long> figure) =>
        Caches
            .SelectMany(TiersOf)
            .Select(tier => new Measurement<long>(figure(tier), new KeyValuePair<string, object?>(MetricNames.CacheTierName, tier.Name)));

    // A cache that cannot be read at this moment has nothing to report.
    private static IReadOnlyList<CacheTier> TiersOf(IEmbeddingCache cache)
    {
        try
        {
            return cache.Tiers;
        }
        catch (SimileException error) when (error.Code == ErrorCode.CacheUnavailable)
        {
            return [];
        }
    }

    private Histogram<double> Histogram(string name, string unit, string description, InstrumentAdvice<double> advice) =>
        _meter.CreateHistogram(name, unit, description, tags: null, advice);
}
