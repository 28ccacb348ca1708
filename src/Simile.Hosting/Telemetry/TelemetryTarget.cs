using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;

namespace Simile.Hosting.Telemetry;

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
