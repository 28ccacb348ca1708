using Microsoft.Extensions.DependencyInjection;
using Simile.Registry;

namespace Simile.Hosting.Stacks;

/// <summary>The registry of a host: the models that were added, and every other by its name or folder.</summary>
internal static class StackRegistry
{
    public static EmbedderRegistry Open(IServiceProvider services)
    {
        // All that models run on is made before the registry, so that the container closes it after the registry.
        var (opener, host) = (services.GetRequiredService<StackOpener>(), services.GetRequiredService<SimileHost>());
        var registrations = services
            .GetServices<SimileRegistration>()
            .ToDictionary(registration => registration.EmbedderName, StringComparer.Ordinal);
        var options = services.GetService<RegistryOptions>() ?? new RegistryOptions();
        var others = options.OpenModel ?? new RegistryModels(host).OpenAsync;
        var registry = new EmbedderRegistry(
            options with
            {
                OpenModel = (id, stop) =>
                    registrations.TryGetValue(id, out var registration) ? opener.OpenAsync(registration, stop) : others(id, stop),
            }
        );
        foreach (var name in registrations.Keys)
        {
            registry.RegisterModel(name);
        }

        return registry;
    }
}
