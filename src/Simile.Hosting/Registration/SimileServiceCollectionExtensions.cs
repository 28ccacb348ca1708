using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Simile;
using Simile.Hosting;
using Simile.Hosting.Generators;
using Simile.Hosting.HostedModels;
using Simile.Images;
using Simile.Monitoring;
using Simile.Multimodal;
using Simile.Registry;
using Simile.Vectors;

// Where .NET looks for such methods, so that nobody has to know our namespaces.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Simile's embedders into a .NET host.</summary>
public static partial class SimileServiceCollectionExtensions
{
    /// <summary>Adds a model: <see cref="IEmbedder{TInput}"/> of texts, pictures and <see cref="Content"/>, <c>IEmbeddingGenerator</c> of
    /// <see cref="string"/> and <see cref="DataContent"/>, and the <see cref="EmbedderRegistry"/> (where it is named "default") and
    /// <see cref="EmbeddingMonitor"/> that all models share.</summary>
    /// <remarks>The host does not start when the options are wrong, and says all that is wrong with them.
    /// A <see cref="SimileHost"/>, <see cref="RegistryOptions"/>, <see cref="MonitorOptions"/> or <see cref="TimeProvider"/> among the
    /// services is used.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSimile(this IServiceCollection services, Action<SimileOptions> configure) =>
        services.AddSimile(Options.Options.DefaultName, configure);

    /// <summary>Adds a model as a section of the configuration says:
    /// <c>services.AddSimile(configuration.GetSection("Simile"))</c>.</summary>
    /// <remarks>Its settings are the properties of <see cref="SimileOptions"/>. One that nobody knows, or whose value is of another kind,
    /// is refused when the host starts.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section.</param>
    public static IServiceCollection AddSimile(this IServiceCollection services, IConfiguration section) =>
        services.AddSimile(Options.Options.DefaultName, section);

    /// <summary>Adds a further model as a section of the configuration says.</summary>
    /// <inheritdoc cref="AddSimile(IServiceCollection, IConfiguration)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, of the services, the options and in the registry.</param>
    /// <param name="section">The section.</param>
    public static IServiceCollection AddSimile(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        services
            .AddOptions<SimileOptions>(name)
            .Configure<IEnumerable<SimileRegistration>>(
                (options, registrations) =>
                    SimileSettings.Read(
                        section,
                        options,
                        name,
                        [.. registrations.Select(registration => registration.OptionsName).Where(own => own.Length > 0)]
                    )
            );
        return services.AddSimile(name, _ => { });
    }

    /// <summary>Adds a further model, whose services are keyed by a name: <c>[FromKeyedServices("name")]
    /// IEmbedder&lt;string&gt;</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, of the services, the options and in the registry.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSimile(this IServiceCollection services, string name, Action<SimileOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SimileOptions>(name).Configure(configure).ValidateOnStart();
        services.AddSimileParts();
        var registration = new SimileRegistration(name);
        if (
            !services.Any(service =>
                service.ServiceType == typeof(SimileRegistration) && registration.Equals(service.ImplementationInstance)
            )
        )
        {
            services.AddSingleton(registration);
            services.AddEmbedders(registration);
        }

        return services;
    }

    /// <summary>Adds an engine, which models and rerankers choose by its name (<see cref="SimileOptions.Engine"/>): that of the package
    /// Simile.OnnxRuntime, for instance.</summary>
    /// <param name="services">The services.</param>
    /// <param name="engine">The engine.</param>
    public static IServiceCollection AddSimileEngine(this IServiceCollection services, InferenceEngine engine)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(engine);
        return services.AddSingleton(engine);
    }

    private static void AddSimileParts(this IServiceCollection services)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => SimileHost.OfThisMachine());
        services.TryAddSingleton(provider => new EmbeddingMonitor(
            provider.GetService<MonitorOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IMeterFactory>()
        ));
        services.TryAddSingleton<HostedEngines>();
        services.TryAddSingleton<HostedModelCaches>();
        services.TryAddSingleton<HostedModelOpener>();
        services.TryAddSingleton(HostedModelRegistry.Open);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SimileOptions>, SimileOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SimileOptions>, ConfigurationValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HostedModelLoader>());
    }

    private static void AddEmbedders(this IServiceCollection services, SimileRegistration registration)
    {
        services.Add(registration, EmbedderOf<string>);
        services.Add(registration, EmbedderOf<ImageInput>);
        services.Add(registration, EmbedderOf<Content>);
        services.Add(
            registration,
            (provider, _) =>
                EmbedderGenerator.Over(Find<IEmbedder<string>>(provider, registration), OptionsOf<string>(provider, registration))
        );
        services.Add(
            registration,
            (provider, _) =>
                EmbedderGenerator.Over(Find<IEmbedder<Content>>(provider, registration), OptionsOf<Content>(provider, registration))
        );
    }

    private static void Add<T>(
        this IServiceCollection services,
        SimileRegistration registration,
        Func<IServiceProvider, SimileRegistration, T> make
    )
        where T : class
    {
        if (registration.OptionsName.Length == 0)
        {
            services.TryAddSingleton(provider => make(provider, registration));
        }
        else
        {
            services.TryAddKeyedSingleton(registration.OptionsName, (provider, _) => make(provider, registration));
        }
    }

    private static IEmbedder<TInput> EmbedderOf<TInput>(IServiceProvider provider, SimileRegistration registration) =>
        new HostedEmbedder<TInput>(provider.GetRequiredService<EmbedderRegistry>(), registration.EmbedderName);

    private static T Find<T>(IServiceProvider provider, SimileRegistration registration)
        where T : class =>
        registration.OptionsName.Length == 0
            ? provider.GetRequiredService<T>()
            : provider.GetRequiredKeyedService<T>(registration.OptionsName);

    private static EmbedderGeneratorOptions OptionsOf<TInput>(IServiceProvider provider, SimileRegistration registration) =>
        new()
        {
            ModelId = provider.GetRequiredService<IOptionsMonitor<SimileOptions>>().Get(registration.OptionsName).Model,
            Time = provider.GetRequiredService<TimeProvider>(),
            Find = type => (Find<IEmbedder<TInput>>(provider, registration) as HostedEmbedder<TInput>)?.FindIfLoaded(type),
        };
}
