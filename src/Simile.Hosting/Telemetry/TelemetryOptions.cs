namespace Simile.Hosting.Telemetry;

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
