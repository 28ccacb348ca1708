using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Simile.Monitoring;

namespace Simile.Hosting.Telemetry;

/// <summary>Sends the meter and the traces named "Simile" to a collector of OpenTelemetry, as long as it is not disposed.</summary>
public sealed class SimileTelemetry : IDisposable
{
    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _traces;

    internal SimileTelemetry(TelemetryTarget? target, TelemetryOptions options)
    {
        if (target is null)
        {
            return;
        }

        Endpoint = target.Endpoint;
        var name = options.ServiceName;
        _meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Name(resource, name))
            .AddMeter(MetricNames.Source)
            .AddOtlpExporter(
                (exporter, reader) =>
                {
                    Address(exporter, target, "metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricInterval.TotalMilliseconds;
                }
            )
            .Build();
        var traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(resource => Name(resource, name)).AddSource(MetricNames.Source);
        if (target.Sampler is null)
        {
            // Nobody records the request of ASP.NET Core around a call unless the host has OpenTelemetry itself, and the default sampler
            // drops what has such a parent.
            traces.SetSampler(new AlwaysOnSampler());
        }

        _traces = traces.AddOtlpExporter(exporter => Address(exporter, target, "traces")).Build();
    }

    /// <summary>The collector, or null when there is none and nothing is sent.</summary>
    public Uri? Endpoint { get; }

    /// <summary>Sends all that is known now.</summary>
    /// <returns>False when the collector did not take it in time.</returns>
    public bool Flush(TimeSpan timeout)
    {
        var milliseconds = (int)timeout.TotalMilliseconds;
        return (_meters?.ForceFlush(milliseconds) ?? true) & (_traces?.ForceFlush(milliseconds) ?? true);
    }

    /// <summary>Sends the rest and ends.</summary>
    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
    }

    private static void Name(ResourceBuilder resource, string? name)
    {
        if (name is not null)
        {
            resource.AddService(name);
        }
    }

    private static void Address(OtlpExporterOptions exporter, TelemetryTarget target, string signal) =>
        (exporter.Endpoint, exporter.Protocol) = (target.AddressFor(signal), target.Protocol);
}
