using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Simile.Hosting.HostedModels;

/// <summary>A host's reranker, loaded once: when the host starts, or by the first call. A loading that failed is tried again by the next
/// call.</summary>
/// <param name="host">Where the models are.</param>
/// <param name="name">The name of its options; empty for the one that needs none.</param>
/// <param name="options">The options by name.</param>
/// <param name="engines">The engines by name.</param>
/// <param name="log">Hears of the loading.</param>
internal sealed class HostedReranker(
    SimileHost host,
    string name,
    IOptionsMonitor<SimileRerankerOptions> options,
    HostedEngines engines,
    ILogger<HostedReranker> log
) : IReranker, IDisposable, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<Reranker>? _loading;
    private bool _isDisposed;

    /// <summary>The model's name.</summary>
    public string Model => options.Get(name).Model!;

    public async ValueTask<PairScores> ScoreAsync(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        var reranker = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await reranker.ScoreAsync(query, texts, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The model. Who gives up waiting for it ends nobody else's loading.</summary>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public Task<Reranker> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _loading = _loading is null or { IsFaulted: true } ? LoadAsync() : _loading;
            return _loading.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Task<Reranker>? loading;
        lock (_gate)
        {
            (_isDisposed, loading) = (true, _loading);
        }

        if (loading is not null)
        {
            await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await (loading.IsCompletedSuccessfully ? loading.Result.DisposeAsync() : ValueTask.CompletedTask).ConfigureAwait(false);
        }
    }

    private async Task<Reranker> LoadAsync()
    {
        // The lock is not held while options are read and files are found.
        await Task.Yield();
        var (settled, started) = (options.Get(name), Stopwatch.GetTimestamp());
        var wanted = settled.OfModel(engines.Find(settled.Engine));
        var reranker = await host.OpenRerankerAsync(settled.Model!, wanted, CancellationToken.None).ConfigureAwait(false);
        try
        {
            PairScores.RequireOne(reranker.Labels);
        }
        catch
        {
            await reranker.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var shown = name.Length == 0 ? "The reranker" : name;
        log.Loaded(shown, settled.Model!, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        foreach (var note in reranker.Notes)
        {
            log.Noted(shown, note);
        }

        return reranker;
    }

    /// <summary>One call of AddSimileReranker.</summary>
    /// <param name="Name">The name of its options.</param>
    /// <param name="Reranker">Finds what was added.</param>
    internal sealed record Registration(string Name, Func<IServiceProvider, HostedReranker> Reranker);

    /// <summary>Loads a host's rerankers before anything else of it starts.</summary>
    internal sealed class Loader(
        IServiceProvider services,
        IEnumerable<Registration> registrations,
        IOptionsMonitor<SimileRerankerOptions> options
    ) : IHostedLifecycleService
    {
        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            foreach (var registration in registrations.Where(registration => options.Get(registration.Name).LoadAtStart))
            {
                await registration.Reranker(services).OpenAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        // Callers may be at work until the very end; the container closes the rerankers when all of them are gone.
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
