using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Simile.Batching;
using Simile.Caching;
using Simile.Images;

namespace Simile.Monitoring;

/// <summary>Keeps count of what embedders do: statistics that can be asked for, and the meter and the traces named "Simile" for whoever
/// listens. Safe to call from many threads.</summary>
/// <remarks>Every histogram of the meter can also be asked for here by its name (see <see cref="MetricNames"/>), beside the caller's own
/// metrics.</remarks>
public sealed class EmbeddingMonitor : IDisposable
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly MonitorOptions _options;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Instruments _instruments;
    private readonly ActivitySource _traces = new(MetricNames.Source);

    /// <summary>Makes a monitor.</summary>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="time">The clock, or null for that of the system.</param>
    /// <param name="meters">Makes the meter, or null for one that is the monitor's own.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public EmbeddingMonitor(MonitorOptions? options = null, TimeProvider? time = null, IMeterFactory? meters = null)
    {
        _options = (options ?? new MonitorOptions()).Checked();
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        _instruments = new Instruments(meters);
    }

    /// <summary>Names of all metrics that have values, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _series.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Takes a value.</summary>
    /// <param name="name">The metric.</param>
    /// <param name="value">Any finite number.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for NaN, infinity, or more names than
    /// <see cref="MonitorOptions.MaxMetrics"/>.</exception>
    public void RecordMetric(string name, double value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!double.IsFinite(value))
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The metric '{name}' was given {value}; expected is a finite number.");
        }

        if (!_series.ContainsKey(name) && _series.Count >= _options.MaxMetrics)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{name}' would be metric {_series.Count + 1}; the limit is {_options.MaxMetrics}. Use fewer names, or raise "
                    + $"{nameof(MonitorOptions)}.{nameof(MonitorOptions.MaxMetrics)}."
            );
        }

        Keep(name, value);
    }

    /// <summary>Statistics of all values of a metric since the monitor was made.</summary>
    public MetricStatistics Statistics(string name) => Of(name, series => series.Statistics());

    /// <summary>Statistics of a metric's values in the last <see cref="MonitorOptions.Window"/>.</summary>
    public MetricStatistics Recent(string name) => Of(name, series => series.Recent(Now()));

    /// <summary>Takes the figures of a batch.</summary>
    /// <param name="queueDepth">Inputs that still wait.</param>
    /// <param name="wait">How long its first input waited.</param>
    /// <param name="inputs">Inputs it has.</param>
    /// <param name="tokens">Tokens it has; 0 for pictures.</param>
    /// <param name="time">How long it ran.</param>
    /// <param name="paddedTokens">Tokens it would have with every input padded to the longest, where that is known.</param>
    public void RecordBatch(int queueDepth, TimeSpan wait, int inputs, long tokens, TimeSpan time, long? paddedTokens = null)
    {
        Record(_instruments.QueueDepth, queueDepth);
        Record(_instruments.QueueWait, wait.TotalSeconds);
        Record(_instruments.BatchInputs, inputs);
        Record(_instruments.BatchDuration, time.TotalSeconds);
        if (tokens > 0)
        {
            Record(_instruments.BatchTokens, tokens);
        }

        if (paddedTokens is { } padded)
        {
            Record(_instruments.PaddingSaved, Math.Max(0, padded - tokens));
        }
    }

    /// <summary>Takes what happened in a <see cref="BatchingEmbedder{TInput}"/>; made to be its
    /// <see cref="BatchingOptions.Observe"/>.</summary>
    /// <remarks>Calls that were refused, expired or cancelled fail, and are counted as errors where their callers' calls are
    /// measured.</remarks>
    public void RecordBatching(BatchingEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        switch (happened.Kind)
        {
            case BatchingEventKind.BatchEnded:
                RecordBatch(
                    happened.Waiting,
                    happened.Waited,
                    happened.Inputs,
                    happened.Tokens,
                    happened.Took,
                    happened.Tokens > 0 ? happened.PaddedTokens : null
                );
                break;
            case BatchingEventKind.WorkerFailed:
                _instruments.WorkerFailures.Add(1);
                break;
            default:
                _instruments.QueueDropped.Add(
                    happened.Inputs,
                    new KeyValuePair<string, object?>(MetricNames.QueueOutcome, NameOf(happened.Kind))
                );
                break;
        }
    }

    /// <summary>Takes the time that a stage of the work took: tokenize, decode, prepare, forward.</summary>
    public void RecordStage(string stage, TimeSpan time)
    {
        ArgumentException.ThrowIfNullOrEmpty(stage);
        Record(_instruments.StageDuration, time.TotalSeconds, KeyValuePair.Create<string, object?>(MetricNames.Stage, stage));
        RecordMetric($"{MetricNames.StageDuration}:{stage}", time.TotalSeconds);
    }

    /// <summary>Takes the times of a group of pictures.</summary>
    internal void RecordImages(ImageTimes times)
    {
        RecordStage("decode", times.Decode);
        RecordStage("prepare", times.Prepare);
        RecordStage("forward", times.Forward);
    }

    /// <summary>Takes how a <see cref="CachingEmbedder{TInput}"/> answered a call; made to be its observer.</summary>
    public void RecordCaching(CachingEvent call)
    {
        ArgumentNullException.ThrowIfNull(call);
        _instruments.CacheInputs.Add(call.Hits, new KeyValuePair<string, object?>(MetricNames.CacheOutcome, "hit"));
        _instruments.CacheInputs.Add(call.Embedded, new KeyValuePair<string, object?>(MetricNames.CacheOutcome, "embedded"));
        _instruments.CacheInputs.Add(call.Joined, new KeyValuePair<string, object?>(MetricNames.CacheOutcome, "joined"));
        _instruments.CacheInputs.Add(call.Repeated, new KeyValuePair<string, object?>(MetricNames.CacheOutcome, "repeated"));
        if (call.CacheError is not null)
        {
            _instruments.CacheErrors.Add(1);
        }
    }

    /// <summary>Reports the tiers of a cache to the meter from now on, until the monitor is disposed.</summary>
    public void Watch(IEmbeddingCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        _instruments.Caches.Enqueue(cache);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _instruments.Dispose();
        _traces.Dispose();
    }

    internal CallRecording Begin(string model) =>
        new(this, _instruments, _traces.StartActivity("embeddings " + model, ActivityKind.Internal), model, _time);

    internal void Record(Histogram<double> histogram, double value, params ReadOnlySpan<KeyValuePair<string, object?>> attributes)
    {
        histogram.Record(value, attributes);
        Keep(histogram.Name, value);
    }

    private static string NameOf(BatchingEventKind dropped) =>
        dropped switch
        {
            BatchingEventKind.Refused => "refused",
            BatchingEventKind.Expired => "expired",
            _ => "cancelled",
        };

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    private MetricStatistics Of(string name, Func<MetricSeries, MetricStatistics> statistics)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _series.TryGetValue(name, out var series) ? statistics(series) : new MetricSlice().Statistics();
    }

    // Our own names are few and always have a place, so that a call never fails because of what is counted about it.
    internal void Keep(string name, double value) =>
        _series
            .GetOrAdd(name, static (_, options) => new MetricSeries(options.Window / options.Slices, options.Slices), _options)
            .Record(value, Now());
}

/// <summary>Options of an <see cref="EmbeddingMonitor"/>.</summary>
public sealed record MonitorOptions
{
    /// <summary>How far <see cref="EmbeddingMonitor.Recent"/> looks back. Default: five minutes.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Slices in which the window moves on. Default: 10, so that it moves on every half minute.</summary>
    public int Slices { get; init; } = 10;

    /// <summary>The most names of metrics; each takes up to 370 KB when its values span all magnitudes, and a tenth of that as a rule.
    /// Default: 200.</summary>
    public int MaxMetrics { get; init; } = 200;

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public MonitorOptions Checked() =>
        Slices is >= 1 and <= 1000 && Window >= TimeSpan.FromMilliseconds(Slices) && MaxMetrics >= 1
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"A monitor with a window of {Window} in {Slices} slices and {MaxMetrics} metrics was asked for; expected are 1 to "
                    + "1,000 slices of a millisecond or more, and at least one metric."
            );
}

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
