using Microsoft.Extensions.Diagnostics.HealthChecks;
using Simile.Hosting.HostedModels;
using Simile.Registry;

namespace Simile.Hosting.Health;

/// <summary>Embeds a probe with a real forward pass and compares its vector with the one taken when the model was loaded.</summary>
/// <remarks>It waits its turn in the queue, so a queue that stands still shows as well; a queue that is only full is degraded, not
/// unhealthy.</remarks>
/// <param name="registry">The registry.</param>
/// <param name="registration">The model that is checked; it is loaded if it is not.</param>
/// <param name="time">The clock.</param>
internal sealed class SimileHealthCheck(EmbedderRegistry registry, SimileRegistration registration, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["embedder"] = registration.EmbedderName };
        try
        {
            var lease = await registry.GetAsync<HostedModel>(registration.EmbedderName, cancellationToken).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                return await RunAsync(lease.Embedder, context.Registration.FailureStatus, data, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SimileException error) when (error.Code == ErrorCode.QueueFull)
        {
            return new HealthCheckResult(HealthStatus.Degraded, error.Message, error, data);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, error.Message, error, data);
        }
    }

    private async Task<HealthCheckResult> RunAsync(
        HostedModel stack,
        HealthStatus failure,
        Dictionary<string, object> data,
        CancellationToken cancellationToken
    )
    {
        data["model"] = stack.Name;
        foreach (var probe in stack.Probes)
        {
            var started = time.GetTimestamp();
            var isSame = await probe.RunAsync(cancellationToken).ConfigureAwait(false);
            data["space"] = probe.Space.ToString();
            data[$"{probe.Kind}_recipe"] = probe.Recipe.Digest;
            data[$"{probe.Kind}_ms"] = time.GetElapsedTime(started).TotalMilliseconds;
            if (!isSame)
            {
                return new HealthCheckResult(
                    failure,
                    $"The probe of {probe.Kind} has another vector than when {stack.Name} was loaded.",
                    null,
                    data
                );
            }
        }

        return HealthCheckResult.Healthy($"{stack.Name} gives the vectors it gave when it was loaded.", data);
    }
}
