using Microsoft.Extensions.Options;
using Simile.Caching;
using Simile.Monitoring;
using Simile.Sqlite;

namespace Simile.Hosting.Stacks;

/// <summary>The caches of a host, one for each name. They outlive the models, which may be unloaded and loaded again.</summary>
internal sealed class StackCaches : IDisposable
{
    private readonly Dictionary<string, IEmbeddingCache> _caches = new(StringComparer.Ordinal);

    /// <summary>Opens the caches of all registrations.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.CacheUnavailable"/>.</exception>
    public StackCaches(IEnumerable<SimileRegistration> registrations, IOptionsMonitor<SimileOptions> options, EmbeddingMonitor monitor)
    {
        foreach (var registration in registrations)
        {
            var settled = options.Get(registration.OptionsName);
            if (Open(settled) is { } cache)
            {
                _caches.Add(registration.OptionsName, cache);
                if (settled.Monitor)
                {
                    monitor.Watch(cache);
                }
            }
        }
    }

    /// <summary>The cache of a name, or null where it has none.</summary>
    public IEmbeddingCache? Find(SimileRegistration registration) => _caches.GetValueOrDefault(registration.OptionsName);

    public void Dispose()
    {
        foreach (var cache in _caches.Values)
        {
            cache.Dispose();
        }
    }

    private static IEmbeddingCache? Open(SimileOptions options)
    {
        var memory = options.MemoryCache is null ? null : new MemoryCache(options.MemoryCache);
        var file = options.CacheFile is null ? null : SqliteCache.Open(options.CacheFile, options.CacheFileOptions);
        return memory is not null && file is not null ? new TieredCache(memory, file) : memory as IEmbeddingCache ?? file;
    }
}
