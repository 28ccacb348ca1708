using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Simile.Server;
using Simile.Server.Dialects;
using Simile.Server.Embedding;
using Simile.Server.Health;
using Simile.Server.Http;
using Simile.Server.Limits;

// Where .NET looks for such methods, so that nobody has to know our namespaces.
namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts Simile's server into an ASP.NET Core application.</summary>
public static class SimileServerExtensions
{
    /// <summary>Adds what <see cref="MapSimile"/> needs. Which models are served is what <c>services.AddSimile(…)</c> was called
    /// with.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddSimileServer(this IServiceCollection services, Action<SimileServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services
            .AddOptions<SimileServerOptions>()
            .Configure(configure ?? (_ => { }))
            .Validate(options => options.Checked() is not null)
            .ValidateOnStart();
        services.TryAddSingleton<ServerState>();
        services.TryAddSingleton<ServedModels>();
        services.TryAddSingleton<EmbedRunner>();
        services.TryAddSingleton<RerankRunner>();
        services.TryAddSingleton<PrometheusMetrics>();
        services.TryAddSingleton<HealthRoutes>();
        services.AddMetrics();
        services.TryAddSingleton(provider => new RequestGate(OptionsOf(provider)));
        services.TryAddSingleton(provider =>
        {
            var options = OptionsOf(provider);
            var log = provider.GetRequiredService<ILogger<ExchangeRunner>>();
            return new ExchangeRunner(new DoorRules(options, new KeyRing(options.Keys)), provider.GetRequiredService<RequestGate>(), log);
        });
        return services;
    }

    /// <summary>Adds the routes of all dialects.</summary>
    /// <param name="endpoints">The application, or a group of its routes.</param>
    /// <returns>The routes, for conventions such as <c>RequireAuthorization()</c>.</returns>
    public static IEndpointConventionBuilder MapSimile(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var group = endpoints.MapGroup(string.Empty);
        var routes = new SimileRoutes(group, services.GetRequiredService<ExchangeRunner>());
        var (models, runner, options) = (
            services.GetRequiredService<ServedModels>(),
            services.GetRequiredService<EmbedRunner>(),
            OptionsOf(services)
        );
        var reranking = services.GetRequiredService<RerankRunner>();
        var tei = new Tei(models, runner, reranking, options);
        Dialect[] dialects =
        [
            new OpenAi(models, runner, options),
            tei,
            new Ollama(models, runner, options),
            new Cohere(runner, options),
            new Rerank(reranking, tei, options),
            new Classify(models, runner),
            services.GetRequiredService<HealthRoutes>(),
        ];
        foreach (var dialect in dialects)
        {
            dialect.Map(routes);
        }

        return group;
    }

    private static SimileServerOptions OptionsOf(IServiceProvider services) =>
        services.GetRequiredService<IOptions<SimileServerOptions>>().Value;
}
