using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Simile;
using Simile.Hosting;
using Simile.Hosting.HostedModels;

// Where .NET looks for such methods, so that nobody has to know our namespaces.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Simile's rerankers into a .NET host.</summary>
public static class SimileRerankerExtensions
{
    /// <summary>Adds a reranker: <see cref="IReranker"/>, one for the whole host.</summary>
    /// <remarks>The host does not start when the options are wrong or the model scores no pairs of texts, and says all that is wrong. A
    /// <see cref="SimileHost"/> among the services is used.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="model">The reranker's name, folder or repository, such as <c>cross-encoder/ms-marco-MiniLM-L6-v2</c>.</param>
    public static IServiceCollection AddSimileReranker(this IServiceCollection services, string model) =>
        services.AddSimileReranker(options => options.Model = model);

    /// <inheritdoc cref="AddSimileReranker(IServiceCollection, string)"/>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSimileReranker(this IServiceCollection services, Action<SimileRerankerOptions> configure) =>
        services.AddSimileReranker(Options.Options.DefaultName, configure);

    /// <summary>Adds a reranker as a section of the configuration says, such as
    /// <c>configuration.GetSection("Simile:Reranker")</c>.</summary>
    /// <remarks>Its settings are the properties of <see cref="SimileRerankerOptions"/>. One that nobody knows, or whose value is of another
    /// kind, is refused when the host starts.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section.</param>
    public static IServiceCollection AddSimileReranker(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddSimileReranker(options => SimileSettings.Read(section, options));
    }

    /// <summary>Adds a further reranker, keyed by a name: <c>[FromKeyedServices("name")] IReranker</c>.</summary>
    /// <inheritdoc cref="AddSimileReranker(IServiceCollection, string)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, of the service and of the options.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSimileReranker(
        this IServiceCollection services,
        string name,
        Action<SimileRerankerOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SimileRerankerOptions>(name).Configure(configure).ValidateOnStart();
        services.AddLogging();
        services.TryAddSingleton(_ => SimileHost.OfThisMachine());
        services.TryAddSingleton<HostedEngines>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SimileRerankerOptions>, SimileRerankerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HostedReranker.Loader>());
        if (!services.Any(service => IsOf(name, service)))
        {
            services.AddSingleton(
                new HostedReranker.Registration(name, provider => provider.GetRequiredKeyedService<HostedReranker>(name))
            );
            services.AddKeyedSingleton(name, (provider, _) => Create(provider, name));
            services.AddKeyedSingleton<IReranker>(name, (provider, _) => provider.GetRequiredKeyedService<HostedReranker>(name));
            if (name.Length == 0)
            {
                services.TryAddSingleton<IReranker>(provider => provider.GetRequiredKeyedService<HostedReranker>(name));
            }
        }

        return services;
    }

    private static bool IsOf(string name, ServiceDescriptor service) =>
        !service.IsKeyedService && service.ImplementationInstance is HostedReranker.Registration known && known.Name == name;

    private static HostedReranker Create(IServiceProvider provider, string name) =>
        new(
            provider.GetRequiredService<SimileHost>(),
            name,
            provider.GetRequiredService<IOptionsMonitor<SimileRerankerOptions>>(),
            provider.GetRequiredService<HostedEngines>(),
            provider.GetRequiredService<ILogger<HostedReranker>>()
        );
}
