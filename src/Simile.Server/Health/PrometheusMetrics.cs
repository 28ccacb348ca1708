using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Simile.Monitoring;
using Simile.Server.Http;

namespace Simile.Server.Health;

/// <summary>What the meters of Simile, ASP.NET Core and .NET have measured since the start, in the text format of Prometheus
/// (0.0.4).</summary>
/// <remarks>Names as OpenTelemetry's exporter makes them: dots are underscores, units and <c>_total</c> are added. A meter that was made by
/// another host of the same process is not heard.</remarks>
internal sealed class PrometheusMetrics : IDisposable
{
    private const int MaxSeries = 4000;
    private static readonly string[] Meters =
    [
        MetricNames.Source,
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
    ];
    private static readonly double[] UsualBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];
    private readonly ConcurrentDictionary<(string Name, string Tags), Series> _series = new();
    private readonly MeterListener _listener = new();

    public PrometheusMetrics(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (
                Meters.Contains(instrument.Meter.Name)
                && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, factory))
            )
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Answers with all that was measured.</summary>
    public async Task WriteAsync(Exchange exchange)
    {
        exchange.Http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await exchange.Http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(Text()), exchange.Aborted).ConfigureAwait(false);
    }

    /// <summary>All that was measured.</summary>
    public string Text()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _series.Values.GroupBy(series => series.Name).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            var first = family.First();
            text.Append(CultureInfo.InvariantCulture, $"# HELP {first.Name} {Escape(first.Help, isLabel: false)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {first.Name} {first.Type}\n");
            foreach (var series in family.OrderBy(series => series.Tags, StringComparer.Ordinal))
            {
                series.Write(text);
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var written = TagsOf(tags);
        var key = (instrument.Name, written);
        if (!_series.TryGetValue(key, out var series))
        {
            if (_series.Count >= MaxSeries)
            {
                return;
            }

            series = _series.GetOrAdd(key, _ => new Series(instrument, written));
        }

        series.Take(value);
    }

    private static string TagsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var shown = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty, isLabel: true);
            text.Append(text.Length == 0 ? string.Empty : ",").Append(Named(name)).Append("=\"").Append(shown).Append('"');
        }

        return text.ToString();
    }

    private static string Named(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Escape(string text, bool isLabel)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    /// <summary>The values of one instrument with one set of tags.</summary>
    private sealed class Series
    {
        private readonly Lock _gate = new();
        private readonly double[]? _bounds;
        private readonly long[] _counts;
        private readonly bool _adds;
        private double _value;
        private long _count;

        public Series(Instrument instrument, string tags)
        {
            var kind = instrument.GetType().Name;
            var isHistogram = kind.StartsWith("Histogram", StringComparison.Ordinal);
            var isCounter =
                kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal);
            _adds = kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("UpDownCounter", StringComparison.Ordinal);
            _bounds = isHistogram
                ? [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? (IReadOnlyList<double>)UsualBounds]
                : null;
            _counts = new long[_bounds?.Length ?? 0];
            Tags = tags;
            Help = instrument.Description ?? instrument.Name;
            Type =
                isHistogram ? "histogram"
                : isCounter ? "counter"
                : "gauge";
            Name = Named(instrument.Name) + UnitOf(instrument.Unit) + (isCounter ? "_total" : string.Empty);
        }

        public string Name { get; }

        public string Tags { get; }

        public string Help { get; }

        public string Type { get; }

        public void Take(double value)
        {
            lock (_gate)
            {
                _value = _adds || _bounds is not null ? _value + value : value;
                _count++;
                for (var i = _counts.Length - 1; i >= 0 && value <= _bounds![i]; i--)
                {
                    _counts[i]++;
                }
            }
        }

        public void Write(StringBuilder text)
        {
            lock (_gate)
            {
                if (_bounds is null)
                {
                    Line(text, string.Empty, string.Empty, _value);
                    return;
                }

                for (var i = 0; i < _bounds.Length; i++)
                {
                    Line(text, "_bucket", string.Create(CultureInfo.InvariantCulture, $"le=\"{_bounds[i]}\""), _counts[i]);
                }

                Line(text, "_bucket", "le=\"+Inf\"", _count);
                Line(text, "_sum", string.Empty, _value);
                Line(text, "_count", string.Empty, _count);
            }
        }

        private void Line(StringBuilder text, string suffix, string bound, double value)
        {
            var tags = Tags.Length > 0 && bound.Length > 0 ? $"{Tags},{bound}" : Tags + bound;
            text.Append(Name).Append(suffix);
            if (tags.Length > 0)
            {
                text.Append('{').Append(tags).Append('}');
            }

            text.Append(CultureInfo.InvariantCulture, $" {value}\n");
        }

        private static string UnitOf(string? unit) =>
            unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                _ => string.Empty,
            };
    }
}
