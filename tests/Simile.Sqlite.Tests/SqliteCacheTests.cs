using Microsoft.Data.Sqlite;
using Simile.Caching;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

public sealed class SqliteCacheSuite : EmbeddingCacheSuite<SqliteCache>
{
    private readonly TemporaryFolder _folder = new();

    private string CachePath => _folder.File("cache.db");

    [Fact]
    public async Task EntriesOutliveTheirProcess()
    {
        using (var first = Create(1_000_000, CachePrecision.Float32))
        {
            await first.SetAsync(Entries(0, 20));
        }

        using var second = Create(1_000_000, CachePrecision.Float16);
        AssertSame(ValueOf(7), (await Find(second, KeyOf(7)))[0]);
        Assert.Equal(20, second.Tiers[0].Entries);
    }

    [Fact]
    public async Task TheFileItselfStaysWithinTheBound()
    {
        const long Bound = 2_000_000;
        using var cache = Create(Bound, CachePrecision.Float32);
        var random = new Random(5);
        for (var i = 0; i < 16_000; i += 200)
        {
            await cache.SetAsync(Entries(i, 200));
            await Find(cache, [.. Enumerable.Range(0, 50).Select(_ => KeyOf(random.Next(i + 1)))]);
            Assert.InRange(new FileInfo(CachePath).Length, 0, Bound * 1.05);
        }

        // Most of the file is vectors, and not room that was left over: an entry is 192 bytes of values and as much around them.
        Assert.InRange(cache.Tiers[0].Entries, Bound / 450, Bound / 192);
    }

    [Fact]
    public async Task AFileThatBecomesTooLargeShrinksToItsNewBound()
    {
        const long Bound = 500_000;
        using (var large = Create(4_000_000, CachePrecision.Float32))
        {
            await large.SetAsync(Entries(0, 8000));
        }

        Assert.True(new FileInfo(CachePath).Length > 4 * Bound);
        using (var small = Create(Bound, CachePrecision.Float32))
        {
            for (var i = 0; i < 8; i++)
            {
                await small.SetAsync(Entries(9000 + i, 1));
            }

            Assert.All(await Find(small, [.. Enumerable.Range(9000, 8).Select(KeyOf)]), Assert.NotNull);
            AssertSame(ValueOf(7999), (await Find(small, KeyOf(7999)))[0]);
            Assert.InRange(small.Tiers[0].Bytes, 1, Bound);
        }

        Assert.InRange(new FileInfo(CachePath).Length, 1, Bound * 1.05);
    }

    [Fact]
    public async Task ManyMayMakeTheFileAtOnce()
    {
        for (var round = 0; round < 5; round++)
        {
            var path = _folder.File($"new-{round}.db");
            await Parallel.ForAsync(
                0,
                8,
                async (worker, cancellation) =>
                {
                    using var cache = SqliteCache.Open(path, new SqliteCacheOptions { Busy = TimeSpan.FromMinutes(5) });
                    await cache.SetAsync(Entries(worker, 1), cancellation);
                }
            );
            using var all = SqliteCache.Open(path);
            Assert.All(await Find(all, [.. Enumerable.Range(0, 8).Select(KeyOf)]), Assert.NotNull);
        }
    }

    [Fact]
    public async Task AFileThatAnotherProcessIsAboutToFillIsMadeTogether()
    {
        using var other = new SqliteConnection($"Data Source={CachePath};Pooling=False");
        other.Open();
        other.Run("PRAGMA journal_mode=WAL; BEGIN; SELECT count(*) FROM sqlite_schema; COMMIT");
        Assert.True(File.Exists(CachePath + "-wal"));
        using var cache = SqliteCache.Open(CachePath, new SqliteCacheOptions());
        await cache.SetAsync(Entries(0, 1));
        Assert.NotNull((await Find(cache, [KeyOf(0)]))[0]);
    }

    [Fact]
    public void AForeignDatabaseInUseIsLeftAlone()
    {
        using var other = new SqliteConnection($"Data Source={CachePath};Pooling=False");
        other.Open();
        other.Run("PRAGMA journal_mode=WAL; CREATE TABLE mine (id INTEGER)");
        Assert.Equal(
            ErrorCode.CacheUnavailable,
            Assert.Throws<SimileException>(() => SqliteCache.Open(CachePath, new SqliteCacheOptions())).Code
        );
    }

    [Theory]
    [InlineData("UPDATE entries SET value = x'0102' WHERE id = 1")]
    [InlineData("UPDATE entries SET value = substr(value, 1, 40) || x'ff' || substr(value, 42) WHERE id = 1")]
    [InlineData("UPDATE entries SET value = (SELECT value FROM entries WHERE id = 2) WHERE id = 1")]
    [InlineData("UPDATE entries SET value = 'text' WHERE id = 1")]
    [InlineData("UPDATE entries SET value = 17 WHERE id = 1")]
    [InlineData("UPDATE entries SET key = x'00' WHERE id = 1")]
    public async Task ADamagedRowIsAMissAndIsRepaired(string damage)
    {
        using var cache = Create(1_000_000, CachePrecision.Float32);
        await cache.SetAsync(Entries(0, 2));
        using (var raw = new SqliteConnection($"Data Source={CachePath};Pooling=False"))
        {
            raw.Open();
            raw.Run(damage);
        }

        var found = await Find(cache, KeyOf(0), KeyOf(1));
        Assert.Null(found[0]);
        AssertSame(ValueOf(1), found[1]);
        await cache.SetAsync(Entries(0, 1));
        AssertSame(ValueOf(0), (await Find(cache, KeyOf(0)))[0]);
        Assert.Equal(damage.Contains("value =", StringComparison.Ordinal) ? 1 : 0, cache.Tiers[0].Repairs);
    }

    [Fact]
    public async Task BytesThatRotOnTheDiskAreMisses()
    {
        using (var cache = Create(1_000_000, CachePrecision.Float32))
        {
            await cache.SetAsync(Entries(0, 200));
        }

        // In every copy: where a page was split, what moved may still stand in the old place too.
        var bytes = await File.ReadAllBytesAsync(CachePath);
        var value = ValueOf(5).Vector.ToArray().SelectMany(BitConverter.GetBytes).ToArray();
        while (bytes.AsSpan().IndexOf(value) is var place and > 0)
        {
            bytes[place + 33] ^= 4;
        }

        await File.WriteAllBytesAsync(CachePath, bytes);
        using var rotten = Create(1_000_000, CachePrecision.Float32);
        var found = await Find(rotten, [.. Enumerable.Range(0, 200).Select(KeyOf)]);
        Assert.Equal([5], Enumerable.Range(0, 200).Where(i => found[i] is null));
        Assert.Equal(1, rotten.Tiers[0].Repairs);
    }

    [Fact]
    public void FilesThatAreNoCacheAreErrors()
    {
        File.WriteAllText(CachePath, "This is no database, though it is long enough to be taken for the header of one by mistake.");
        Assert.Equal(ErrorCode.CacheUnavailable, Assert.Throws<SimileException>(() => SqliteCache.Open(CachePath)).Code);
        using (SqliteChunkStore.Open(_folder.File("index.db"), create: true))
        {
            Assert.Contains(
                "no cache",
                Assert.Throws<SimileException>(() => SqliteCache.Open(_folder.File("index.db"))).Message,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(
            ErrorCode.CacheUnavailable,
            Assert.Throws<SimileException>(() => SqliteCache.Open(_folder.File("no", "folder.db"))).Code
        );
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => SqliteCache.Open(_folder.File("c.db"), new SqliteCacheOptions { MaxBytes = 1000 })).Code
        );
    }

    [Fact]
    public async Task AWriterThatHoldsTheFileDelaysNoReader()
    {
        using var cache = SqliteCache.Open(CachePath, new SqliteCacheOptions { Busy = TimeSpan.FromMilliseconds(100) });
        await cache.SetAsync(Entries(0, 5));
        using var raw = new SqliteConnection($"Data Source={CachePath};Pooling=False");
        raw.Open();
        using (raw.BeginTransaction(deferred: false))
        {
            AssertSame(ValueOf(3), (await Find(cache, KeyOf(3)))[0]);
            var error = await Assert.ThrowsAsync<SimileException>(() => cache.SetAsync(Entries(6, 1)).AsTask());
            Assert.Equal(ErrorCode.CacheUnavailable, error.Code);
        }

        await cache.SetAsync(Entries(6, 1));
        AssertSame(ValueOf(6), (await Find(cache, KeyOf(6)))[0]);
    }

    [Fact]
    public async Task TheMemoryInFrontIsFilledFromTheFile()
    {
        using (var first = Create(1_000_000, CachePrecision.Float32))
        {
            await first.SetAsync(Entries(0, 5));
        }

        using var tiers = new TieredCache(new MemoryCache(), Create(1_000_000, CachePrecision.Float32));
        for (var round = 0; round < 3; round++)
        {
            AssertSame(ValueOf(2), (await Find(tiers, KeyOf(2)))[0]);
        }

        Assert.Equal([("memory", 2L, 1L), ("sqlite", 1L, 0L)], tiers.Tiers.Select(tier => (tier.Name, tier.Hits, tier.Misses)));
    }

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    protected override SqliteCache Create(long maxBytes, CachePrecision precision) =>
        SqliteCache.Open(CachePath, new SqliteCacheOptions { MaxBytes = maxBytes, Precision = precision });
}
