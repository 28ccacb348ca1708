using Microsoft.Extensions.Diagnostics.HealthChecks;
using Simile.Hosting.Health;
using Simile.Hosting.HostedModels;
using Simile.Registry;

// Where .NET looks for such methods, so that nobody has to know our namespaces.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Simile to the health checks of a .NET host.</summary>
public static class SimileHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that embeds a fixed probe, past every cache, and compares its vector with the one taken when the model was
    /// loaded: bit for bit for Simile's own models, by a cosine of 0.999 for generators of others.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name that the model was added with; null for the one without a name.</param>
    /// <param name="failureStatus">The status of a failed check. Default: unhealthy.</param>
    /// <param name="tags">Tags of the check, or null.</param>
    /// <param name="timeout">How long it may take, its turn in the queue included. Default: 30 seconds.</param>
    public static IHealthChecksBuilder AddSimile(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus failureStatus = HealthStatus.Unhealthy,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        var registration = new SimileRegistration(name ?? Options.Options.DefaultName);
        return builder.Add(
            new HealthCheckRegistration(
                name is null ? "simile" : $"simile-{name}",
                services => new SimileHealthCheck(
                    services.GetRequiredService<EmbedderRegistry>(),
                    registration,
                    services.GetRequiredService<TimeProvider>()
                ),
                failureStatus,
                tags,
                timeout ?? TimeSpan.FromSeconds(30)
            )
        );
    }
}
