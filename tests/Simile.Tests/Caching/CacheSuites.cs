using Simile.Caching;

namespace Simile.Tests.Caching;

public sealed class MemoryCacheSuite : EmbeddingCacheSuite<MemoryCache>
{
    protected override MemoryCache Create(long maxBytes, CachePrecision precision) =>
        new(new MemoryCacheOptions { MaxBytes = maxBytes, Precision = precision });
}

public sealed class TieredCacheSuite : EmbeddingCacheSuite<TieredCache>
{
    // The nearer tier is so small that most hits are the farther one's.
    protected override TieredCache Create(long maxBytes, CachePrecision precision) =>
        new(
            new MemoryCache(new MemoryCacheOptions { MaxBytes = maxBytes / 10, Precision = precision }),
            new MemoryCache(new MemoryCacheOptions { MaxBytes = maxBytes, Precision = precision })
        );
}
