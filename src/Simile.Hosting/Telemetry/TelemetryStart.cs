using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Simile.Hosting.Telemetry;

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
