using Simile.Caching;
using Simile.Text;

namespace Simile.Sqlite.Tests;

/// <summary>A model behind memory and a file gives what it gives alone, bit for bit.</summary>
public sealed class CachedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task EveryRowIsTheModelsOwn()
    {
        await using var model = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        string[] texts = ["The harbour froze.", "", "Bread rises slowly.", "The harbour froze.", "\ud800", "A violin needs strings."];
        var wanted = await model.EmbedAsync(texts);
        var events = new List<CachingEvent>();
        for (var run = 0; run < 2; run++)
        {
            using var cache = new TieredCache(new MemoryCache(), SqliteCache.Open(_folder.File("cache.db")));
            var embedder = CachingEmbedder.Over(model, cache, new CachingOptions { Observer = events.Add });
            for (var again = 0; again < 2; again++)
            {
                var found = await embedder.EmbedAsync(texts);
                Assert.Equal(wanted.Block.ToArray(), found.Block.ToArray());
                Assert.Equal(wanted.Outcomes.ToArray().Select(Describe), found.Outcomes.ToArray().Select(Describe));
            }
        }

        // Five different texts, two of which fail each time.
        Assert.Equal([(0, 5), (3, 2), (3, 2), (3, 2)], events.Select(call => (call.Hits, call.Embedded)));
    }

    public void Dispose() => _folder.Dispose();

    private static string Describe(EmbeddingOutcome outcome) =>
        $"{outcome.TokensSeen} {outcome.TokensUsed} {outcome.Truncated} {outcome.Error?.Message}";
}
