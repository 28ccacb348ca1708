using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Simile.Hosting.Health;
using Simile.Registry;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Health;

/// <summary>Whether the server lives, whether its models give the vectors they should, and what it has measured.</summary>
/// <param name="models">The models.</param>
/// <param name="registry">Where they are lent.</param>
/// <param name="state">Whether the server is about to end.</param>
/// <param name="metrics">What was measured.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthRoutes(
    ServedModels models,
    EmbedderRegistry registry,
    ServerState state,
    PrometheusMetrics metrics,
    TimeProvider time
) : Dialect
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IReadOnlyList<Finding> _findings = [];
    private long? _found;

    public override void Map(SimileRoutes routes)
    {
        // Who asks whether a server lives has no key.
        routes.Get(this, "/health/live", LiveAsync, needsKey: false);
        routes.Get(this, "/health/ready", ReadyAsync, needsKey: false);
        routes.Get(this, "/health", ReadyAsync, needsKey: false);
        routes.Get(this, "/metrics", metrics.WriteAsync);
    }

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteString("title", refusal.Message);
        json.WriteNumber("status", refusal.Status);
        json.WriteString("code", refusal.Code);
    }

    private static async Task LiveAsync(Exchange exchange)
    {
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString("status", "live");
            json.Writer.WriteEndObject();
        }
    }

    private async Task ReadyAsync(Exchange exchange)
    {
        var findings = state.IsDraining ? [] : await FindAsync(exchange.Aborted).ConfigureAwait(false);
        var isReady = !state.IsDraining && findings.All(finding => finding.Status != HealthStatus.Unhealthy);
        var json = exchange.Json(isReady ? 200 : 503);
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString(
                "status",
                state.IsDraining ? "draining"
                    : isReady ? "ready"
                    : "failed"
            );
            json.Writer.WriteStartArray("models");
            foreach (var finding in findings)
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteString("id", finding.Model);
                json.Writer.WriteString("status", finding.Status.ToString().ToLowerInvariant());
                json.Writer.WriteEndObject();
            }

            json.Writer.WriteEndArray();
            json.Writer.WriteEndObject();
        }
    }

    // Anybody may ask, and each answer costs a forward pass: one is good for a second, whoever asks.
    private async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_found is not { } at || time.GetElapsedTime(at) > MaxAge)
            {
                _findings = await CheckAsync(cancellationToken).ConfigureAwait(false);
                _found = time.GetTimestamp();
            }

            return _findings;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IReadOnlyList<Finding>> CheckAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var model in models.All)
        {
            var check = new SimileHealthCheck(registry, model.Registration, time);
            var context = new HealthCheckContext
            {
                Registration = new HealthCheckRegistration(model.Id, check, HealthStatus.Unhealthy, tags: null),
            };
            var result = await check.CheckHealthAsync(context, cancellationToken).ConfigureAwait(false);
            findings.Add(new Finding(model.Id, result.Status));
        }

        return findings;
    }

    private sealed record Finding(string Model, HealthStatus Status);
}
