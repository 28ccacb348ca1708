using System.Security.Cryptography;
using Simile.Caching;

namespace Simile.Tests.Caching;

public class MemoryCacheTests
{
    // The small form of what bench/caching measures with ten million lookups.
    [Fact]
    public async Task AWorkingSetOfTwiceTheBoundNeverExceedsIt()
    {
        const long Bound = 8_000_000;
        var cache = new MemoryCache(new MemoryCacheOptions { MaxBytes = Bound });
        var keys = Enumerable.Range(0, 16_000).Select(i => new CacheKey(SHA256.HashData(BitConverter.GetBytes(i)))).ToArray();
        var value = new CachedEmbedding(new float[180], 1, 1, false);
        var highest = 0L;
        await Parallel.ForAsync(
            0,
            8,
            async (worker, cancellation) =>
            {
                var random = new Random(worker);
                for (var i = 0; i < 40_000; i++)
                {
                    var key = keys[random.Next(keys.Length)];
                    if (cache.Find(key) is null)
                    {
                        await cache.SetAsync([new CacheEntry(key, value)], cancellation);
                    }

                    if (i % 64 == 0)
                    {
                        InterlockedMax(ref highest, cache.Bytes);
                    }
                }
            }
        );
        Assert.InRange(highest, Bound * 0.9, Bound);
        var tier = cache.Tiers[0];
        Assert.Equal(320_000, tier.Hits + tier.Misses);
        Assert.InRange(tier.Hits / 320_000.0, 0.4, 0.6);
    }

    [Fact]
    public async Task AHitOnTheSameEntryIsTheSameObject()
    {
        var cache = new MemoryCache();
        var (key, value) = (new CacheKey(new byte[32]), new CachedEmbedding(new float[3], 1, 1, false));
        await cache.SetAsync([new CacheEntry(key, value)]);
        Assert.Same(value, cache.Find(key));
    }

    [Fact]
    public async Task ASliceDoesNotKeepTheBlockItIsCutFrom()
    {
        var (cache, key, block) = (new MemoryCache(), new CacheKey(new byte[32]), new float[100_000]);
        await cache.SetAsync([new CacheEntry(key, new CachedEmbedding(block.AsMemory(5, 10), 1, 1, false))]);
        block[5] = 1;
        Assert.Equal(new float[10], cache.Find(key)!.Vector.ToArray());
    }

    [Fact]
    public void BoundsThatMakeNoSenseAreRefused()
    {
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => new MemoryCache(new MemoryCacheOptions { MaxBytes = 10 })).Code
        );
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new TieredCache()).Code);
    }

    private static void InterlockedMax(ref long highest, long value)
    {
        var seen = Volatile.Read(ref highest);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref highest, value, seen);
        }
    }
}
