using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Simile.Hosting;
using Simile.Hosting.Stores;
using Simile.Search;
using Simile.Sqlite;

// Where .NET looks for such methods, so that nobody has to know our namespaces.
namespace Microsoft.Extensions.DependencyInjection;

// Stores, searched with the models of AddSimile.
public static partial class SimileServiceCollectionExtensions
{
    /// <summary>Adds a store in an SQLite file, made where there is none.</summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The file.</param>
    /// <inheritdoc cref="AddSimileStore(IServiceCollection, Action{SimileStoreOptions})"/>
    public static IServiceCollection AddSimileStore(this IServiceCollection services, string path) =>
        services.AddSimileStore(options => options.Path = path);

    /// <summary>Adds a store: <see cref="IChunkStore"/>, and over it and the model of <c>AddSimile</c> (batched, cached and monitored as
    /// that says) <see cref="Searcher"/>, <see cref="TextIndex"/> for texts of one's own, and <see cref="IndexBuilder"/> for
    /// files.</summary>
    /// <remarks>The host does not start when the options are wrong, the store cannot be opened, or it was made with another
    /// model.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSimileStore(this IServiceCollection services, Action<SimileStoreOptions> configure) =>
        services.AddSimileStore(Options.Options.DefaultName, configure);

    /// <summary>Adds the store of a model that was added by a name; its services are keyed by that name.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name of the model.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddSimileStore(this IServiceCollection services, string name, Action<SimileStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services
            .AddOptions<SimileStoreOptions>(name)
            .Configure(configure)
            .ValidateOnStart()
            .Validate(
                options => string.IsNullOrWhiteSpace(options.Path) != (options.Open is null),
                "Either the Path of a file or Open is needed to open a store, and not both."
            );
        var registration = new StoreRegistration(name);
        if (
            !services.Any(service =>
                service.ServiceType == typeof(StoreRegistration) && registration.Equals(service.ImplementationInstance)
            )
        )
        {
            services.AddSingleton(registration);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StoreStart>());
            services.AddFor(name, provider => Open(provider, OptionsOf(provider, name)));
            services.AddFor(name, provider => new Searcher(StoreOf(provider, name), StoreStart.ModelOf(provider, name)));
            services.AddFor(
                name,
                provider => new TextIndex(StoreOf(provider, name), StoreStart.ModelOf(provider, name), OptionsOf(provider, name).Chunks)
            );
            services.AddFor(
                name,
                provider => new IndexBuilder(StoreOf(provider, name), StoreStart.ModelOf(provider, name), OptionsOf(provider, name).Chunks)
                {
                    Readers = OptionsOf(provider, name).Readers,
                }
            );
        }

        return services;
    }

    private static IChunkStore Open(IServiceProvider provider, SimileStoreOptions options) =>
        options.Open?.Invoke(provider)
        ?? SqliteChunkStore.Open(
            options.Path!,
            create: true,
            new SqliteChunkStoreOptions { IsPrivate = options.IsPrivate, Vectors = options.Vectors }
        );

    private static SimileStoreOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<SimileStoreOptions>>().Get(name);

    private static IChunkStore StoreOf(IServiceProvider provider, string name) =>
        name.Length == 0 ? provider.GetRequiredService<IChunkStore>() : provider.GetRequiredKeyedService<IChunkStore>(name);

    private static void AddFor<T>(this IServiceCollection services, string name, Func<IServiceProvider, T> make)
        where T : class
    {
        if (name.Length == 0)
        {
            services.TryAddSingleton(make);
        }
        else
        {
            services.TryAddKeyedSingleton(name, (provider, _) => make(provider));
        }
    }
}
