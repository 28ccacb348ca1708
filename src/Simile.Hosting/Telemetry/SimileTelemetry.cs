using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

/// <summary>Where metrics and traces go. The usual variables of OpenTelemetry count where nothing is set here.</summary>
public sealed record TelemetryOptions
{
    /// <summary>The address of a collector that speaks OTLP. Default: null, that of <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, from the host's
    /// configuration or the environment; where there is none, nothing is exported.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The protocol, <c>http/protobuf</c> or <c>grpc</c>. Default: null, that of <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, or else
    /// <c>http/protobuf</c>.</summary>
    public string? Protocol { get; set; }

    /// <summary>The name of the service. Default: null, that of <c>OTEL_SERVICE_NAME</c>, or else OpenTelemetry's for a program without a
    /// name.</summary>
    public string? ServiceName { get; set; }

    /// <summary>How often metrics are exported. Default: every minute.</summary>
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Makes the exporter with the host, not with the first who asks for it.</summary>
internal sealed class TelemetryStart(SimileTelemetry telemetry, ILogger<SimileTelemetry> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (telemetry.Endpoint is { } endpoint)
        {
            log.Exporting(endpoint);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A collector.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="Protocol">How it is spoken to.</param>
internal sealed record TelemetryTarget(Uri Endpoint, OtlpExportProtocol Protocol)
{
    private const string EndpointName = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolName = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string SamplerName = "OTEL_TRACES_SAMPLER";

    /// <summary>The sampler that OpenTelemetry's variable names, or null when every call is traced.</summary>
    public string? Sampler { get; private init; }

    /// <summary>The target of the options, or else of the variables; null where none is set.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static TelemetryTarget? Find(TelemetryOptions options, IConfiguration? configuration)
    {
        if (options.MetricInterval < TimeSpan.FromMilliseconds(1) || options.MetricInterval.TotalMilliseconds > int.MaxValue)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{nameof(TelemetryOptions.MetricInterval)} is {options.MetricInterval}; expected is a millisecond to 24 days."
            );
        }

        var written = options.Endpoint?.OriginalString ?? Read(configuration, EndpointName);
        return written is null
            ? null
            : new TelemetryTarget(AddressOf(written), ProtocolOf(options.Protocol ?? Read(configuration, ProtocolName)))
            {
                Sampler = Read(configuration, SamplerName),
            };
    }

    /// <summary>Where a kind of signal goes: over HTTP each has a path of its own.</summary>
    public Uri AddressFor(string signal) =>
        Protocol == OtlpExportProtocol.Grpc ? Endpoint : new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}");

    private static string? Read(IConfiguration? configuration, string name) =>
        (configuration?[name] ?? Environment.GetEnvironmentVariable(name)) is { Length: > 0 } value ? value : null;

    private static Uri AddressOf(string written) =>
        Uri.TryCreate(written, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"The endpoint of telemetry is '{written}'; expected is an address such as http://localhost:4318."
            );

    private static OtlpExportProtocol ProtocolOf(string? written) =>
        written switch
        {
            null or "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
#pragma warning disable CS0618 // Marked as obsolete by some versions, but still the default of many collectors.
            "grpc" => OtlpExportProtocol.Grpc,
#pragma warning restore CS0618
            _ => throw new SimileException(
                ErrorCode.InvalidOption,
                $"The protocol of telemetry is '{written}'; expected is 'http/protobuf' or 'grpc'."
            ),
        };
}
