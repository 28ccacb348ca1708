using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Simile.Monitoring;

namespace Simile.Hosting.Tests;

/// <summary>Makes meters and adds up what is measured with them, and with no others of the same name.</summary>
internal sealed class MeterTally : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public MeterTally()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public Meter Create(MeterOptions options) => new(new MeterOptions(options.Name) { Scope = this });

    /// <summary>The sum of all values, or of those with a tag of that value.</summary>
    public double Sum(string instrument, string? tag = null) => _sums.GetValueOrDefault($"{instrument}/{tag}");

    /// <summary>How many values there were.</summary>
    public long Count(string instrument) => _counts.GetValueOrDefault(instrument);

    /// <summary>Sums by error code.</summary>
    public IReadOnlyDictionary<string, double> Errors() =>
        _sums
            .Where(sum => sum.Key.StartsWith(MetricNames.Errors + "/", StringComparison.Ordinal) && !sum.Key.EndsWith('/'))
            .ToDictionary(sum => sum.Key.Split('/')[1], sum => sum.Value);

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _counts.AddOrUpdate(instrument.Name, 1, static (_, count) => count + 1);
        _sums.AddOrUpdate($"{instrument.Name}/", value, (_, sum) => sum + value);
        foreach (var tag in tags)
        {
            if (tag.Key is MetricNames.ErrorType or MetricNames.CacheOutcome or MetricNames.QueueOutcome)
            {
                _sums.AddOrUpdate($"{instrument.Name}/{tag.Value}", value, (_, sum) => sum + value);
            }
        }
    }
}
