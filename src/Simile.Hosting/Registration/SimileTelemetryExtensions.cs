using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Simile.Hosting.Telemetry;

// Where .NET looks for such methods, so that nobody has to know our namespaces.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Exports Simile's metrics and traces from a .NET host.</summary>
public static class SimileTelemetryExtensions
{
    /// <summary>Sends the meter and the traces named "Simile" to the collector of <see cref="TelemetryOptions.Endpoint"/> or
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; without either, nothing is sent. A host that has OpenTelemetry already needs only
    /// <c>AddMeter("Simile")</c> and <c>AddSource("Simile")</c> there.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options, or null for the defaults.</param>
    public static IServiceCollection AddSimileTelemetry(this IServiceCollection services, Action<TelemetryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddOptions<TelemetryOptions>().Configure(configure ?? (_ => { }));
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<TelemetryOptions>>().Value;
            return new SimileTelemetry(TelemetryTarget.Find(options, provider.GetService<IConfiguration>()), options);
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TelemetryStart>());
        return services;
    }
}
