using Simile.Caching;

namespace Simile.Testing;

/// <summary>What every cache must do. A test of the house sees to it that no implementation is left out.</summary>
/// <typeparam name="TCache">The implementation.</typeparam>
public abstract class EmbeddingCacheSuite<TCache> : IDisposable
    where TCache : IEmbeddingCache
{
    private const int Dimensions = 48;
    private const long Bound = 400_000;

    /// <summary>An empty cache of about that size.</summary>
    protected abstract TCache Create(long maxBytes, CachePrecision precision);

    [Fact]
    public async Task WhatIsPutInIsFound()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        var entries = Entries(0, 20);
        await cache.SetAsync(entries);
        var found = await Find(cache, [.. entries.Select(entry => entry.Key), KeyOf(77)]);
        Assert.Null(found[^1]);
        Assert.All(entries.Zip(found), pair => AssertSame(pair.First.Value, pair.Second));
        var tiers = cache.Tiers;
        Assert.Equal(20, tiers.Sum(tier => tier.Hits));
        Assert.Equal(1, tiers[^1].Misses);
    }

    [Fact]
    public async Task PlacesThatAreFullAreLeftAlone()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        await cache.SetAsync(Entries(0, 3));
        var own = ValueOf(99);
        CachedEmbedding?[] found = [null, own, null];
        await cache.GetAsync(new[] { KeyOf(0), KeyOf(1), KeyOf(50) }, found);
        AssertSame(ValueOf(0), found[0]);
        Assert.Same(own, found[1]);
        Assert.Null(found[2]);
    }

    [Fact]
    public async Task TheLastValueUnderAKeyCounts()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        await cache.SetAsync([new CacheEntry(KeyOf(1), ValueOf(1))]);
        await cache.SetAsync([new CacheEntry(KeyOf(1), ValueOf(2))]);
        AssertSame(ValueOf(2), (await Find(cache, KeyOf(1)))[0]);
        Assert.Equal(1, cache.Tiers[^1].Entries);
    }

    [Fact]
    public async Task TheBoundHoldsAndTheRestIsStillThere()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        for (var i = 0; i < 4000; i += 50)
        {
            await cache.SetAsync(Entries(i, 50));
            Assert.All(cache.Tiers, tier => Assert.InRange(tier.Bytes, 0, Bound * 1.05));
        }

        Assert.True(cache.Tiers.Sum(tier => tier.Evictions) > 0);
        var found = await Find(cache, [.. Enumerable.Range(0, 4000).Select(KeyOf)]);
        Assert.InRange(found.Count(value => value is not null), (int)(Bound / 2000), (int)(Bound / (Dimensions * sizeof(float))));
        Assert.All(Enumerable.Range(0, 4000).Where(i => found[i] is not null), i => AssertSame(ValueOf(i), found[i]));
    }

    [Fact]
    public async Task WhatIsUsedStaysAndWhatIsNotGoes()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        await cache.SetAsync(Entries(0, 20));
        for (var i = 100; i < 4000; i += 50)
        {
            await Find(cache, [.. Enumerable.Range(0, 10).Select(KeyOf)]);
            await cache.SetAsync(Entries(i, 50));
        }

        Assert.All(await Find(cache, [.. Enumerable.Range(0, 10).Select(KeyOf)]), Assert.NotNull);
        Assert.All(await Find(cache, [.. Enumerable.Range(10, 10).Select(KeyOf)]), Assert.Null);
    }

    [Fact]
    public async Task AnEntryThatCannotFitIsNotKept()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        await cache.SetAsync(Entries(0, 5));
        await cache.SetAsync([new CacheEntry(KeyOf(9), new CachedEmbedding(new float[Bound], 1, 1, false))]);
        Assert.Null((await Find(cache, KeyOf(9)))[0]);
        Assert.All(cache.Tiers, tier => Assert.InRange(tier.Bytes, 0, Bound * 1.05));
    }

    // A half has 11 significant bits (IEEE 754, binary16), and below 2^-14 steps of 2^-24.
    [Fact]
    public async Task SixteenBitsAreWithinTheirBound()
    {
        using var cache = Create(Bound, CachePrecision.Float16);
        var random = new Random(3);
        float[] extremes = [0, 1e-8f, -3e-5f, 6.1e-5f, 65504, -65519, 1, -1, 1f / 3];
        float[] drawn = [.. Enumerable.Range(0, 991).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-26, 15))))];
        float[] values = [.. extremes, .. drawn];
        await cache.SetAsync([new CacheEntry(KeyOf(1), new CachedEmbedding(values, 7, 5, true))]);
        var found = (await Find(cache, KeyOf(1)))[0]!;
        Assert.Equal((7, 5, true, true), (found.TokensSeen, found.TokensUsed, found.Truncated, found.IsRounded));
        for (var i = 0; i < values.Length; i++)
        {
            Assert.InRange(
                Math.Abs((double)values[i] - found.Vector.Span[i]),
                0,
                Math.Max(Math.Abs(values[i]) * Math.Pow(2, -11), Math.Pow(2, -25))
            );
        }
    }

    [Fact]
    public async Task AVectorTooLargeForSixteenBitsIsKeptAsItIs()
    {
        using var cache = Create(Bound, CachePrecision.Float16);
        var value = new CachedEmbedding(new[] { 1e6f, 1e-9f, 0.1f }, 3, 3, false);
        await cache.SetAsync([new CacheEntry(KeyOf(1), value)]);
        AssertSame(value, (await Find(cache, KeyOf(1)))[0]);
    }

    [Fact]
    public async Task ManyThreadsAtOnceAlwaysGetWhatBelongsToTheKey()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        await Parallel.ForAsync(
            0,
            8,
            async (worker, cancellation) =>
            {
                var random = new Random(worker);
                for (var round = 0; round < 60; round++)
                {
                    var start = random.Next(2000);
                    await cache.SetAsync(Entries(start, 10), cancellation);
                    var keys = Enumerable.Range(0, 20).Select(_ => random.Next(2010)).ToArray();
                    var found = await Find(cache, Array.ConvertAll(keys, KeyOf));
                    Assert.All(Enumerable.Range(0, 20).Where(i => found[i] is not null), i => AssertSame(ValueOf(keys[i]), found[i]));
                }
            }
        );
        Assert.All(cache.Tiers, tier => Assert.InRange(tier.Bytes, 1, Bound * 1.05));
    }

    [Fact]
    public async Task NothingInNothingOut()
    {
        using var cache = Create(Bound, CachePrecision.Float32);
        await cache.SetAsync([]);
        await cache.GetAsync(default, default);
        Assert.Equal(0, cache.Tiers.Sum(tier => tier.Entries));
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected static async Task<CachedEmbedding?[]> Find(IEmbeddingCache cache, params CacheKey[] keys)
    {
        var found = new CachedEmbedding?[keys.Length];
        await cache.GetAsync(keys, found);
        return found;
    }

    protected static CacheKey KeyOf(int number) => new(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    /// <summary>A value that tells which number it belongs to.</summary>
    protected static CachedEmbedding ValueOf(int number)
    {
        var random = new Random(number);
        return new CachedEmbedding(
            Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray(),
            number,
            number / 2,
            number % 2 == 1
        );
    }

    protected static CacheEntry[] Entries(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => new CacheEntry(KeyOf(i), ValueOf(i)))];

    protected static void AssertSame(CachedEmbedding expected, CachedEmbedding? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(
            (expected.TokensSeen, expected.TokensUsed, expected.Truncated),
            (actual.TokensSeen, actual.TokensUsed, actual.Truncated)
        );
        Assert.Equal(expected.Vector.ToArray(), actual.Vector.ToArray());
    }
}
