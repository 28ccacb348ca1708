using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Simile.Multimodal;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Hosting.Stores;

/// <summary>Opens a host's stores when it starts, behind their models: a file that cannot be opened, or is of another model, stops it
/// then and not at the first search.</summary>
/// <param name="provider">The services.</param>
/// <param name="registrations">What was added.</param>
/// <param name="models">The options of the models, by name.</param>
internal sealed class StoreStart(
    IServiceProvider provider,
    IEnumerable<StoreRegistration> registrations,
    IOptionsMonitor<SimileOptions> models
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in registrations.Select(registration => registration.Name))
        {
            var store = name.Length == 0 ? provider.GetRequiredService<IChunkStore>() : provider.GetRequiredKeyedService<IChunkStore>(name);
            if (models.Get(name).LoadAtStart)
            {
                var model = ModelOf(provider, name);
                await store
                    .EnsureSpaceAsync(await Task.Run(() => model.Space, cancellationToken).ConfigureAwait(false), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The model that a store is searched with.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> where none was added.</exception>
    public static IEmbedder<Content> ModelOf(IServiceProvider provider, string name) =>
        (name.Length == 0 ? provider.GetService<IEmbedder<Content>>() : provider.GetKeyedService<IEmbedder<Content>>(name))
        ?? throw new SimileException(
            ErrorCode.InvalidOption,
            $"A store was added{(name.Length == 0 ? string.Empty : $" under the name '{name}'")}, but no model of that name to search "
                + "it with. Add one with AddSimile."
        );
}

/// <summary>One call of AddSimileStore.</summary>
/// <param name="Name">The name of its options and of its model; empty for the one that needs no name.</param>
internal sealed record StoreRegistration(string Name);
