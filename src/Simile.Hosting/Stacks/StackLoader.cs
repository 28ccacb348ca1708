using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Simile.Registry;

namespace Simile.Hosting.Stacks;

/// <summary>Loads a host's models before anything else of it starts.</summary>
/// <param name="registry">The registry.</param>
/// <param name="registrations">What was added.</param>
/// <param name="options">The options by name.</param>
internal sealed class StackLoader(
    EmbedderRegistry registry,
    IEnumerable<SimileRegistration> registrations,
    IOptionsMonitor<SimileOptions> options
) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var registration in registrations.Where(registration => options.Get(registration.OptionsName).LoadAtStart))
        {
            await registry.PinAsync(registration.EmbedderName, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Callers may be at work until the very end; the container closes the registry when all of them are gone.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
