using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Simile.Batching;
using Simile.Monitoring;
using Simile.Search;
using Simile.Sqlite;
using Simile.Text;

namespace Simile.Hosting.Tests;

/// <summary>A store in a .NET host, searched with the host's model.</summary>
public sealed class AddSimileStoreTests : IDisposable
{
    private const string Model = "simile-text-mini";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheHostsModelIndexesAndSearches()
    {
        using (
            var host = await AddSimileTests.StartAsync(services =>
                services.AddSimile(options => options.Model = Model).AddSimileStore(_folder.File("notes.db"))
            )
        )
        {
            var texts = host.Services.GetRequiredService<TextIndex>();
            await texts.UpsertAsync(
                "bread",
                "A loaf becomes stale in the cold.",
                new Dictionary<string, MetadataValue> { ["lang"] = "en" },
                Stop
            );
            await texts.UpsertAsync("brot", "Ein Brot wird hart.", new Dictionary<string, MetadataValue> { ["lang"] = "de" }, Stop);
            Assert.Equal(
                "brot",
                Assert
                    .Single(await texts.SearchAsync("stale bread", new SearchOptions { Filter = ChunkFilter.Equal("lang", "de") }, Stop))
                    .Id
            );
            var monitor = host.Services.GetRequiredService<EmbeddingMonitor>();
            Assert.Equal(3, monitor.Statistics(MetricNames.OperationDuration).Count);

            // Files, into the same store.
            File.WriteAllText(_folder.File("cats.txt"), "A kitten purrs when it is content.");
            Assert.Equal(
                1,
                (await host.Services.GetRequiredService<IndexBuilder>().BuildAsync([_folder.File("cats.txt")], null, Stop)).Changed
            );
            var hits = await host.Services.GetRequiredService<Searcher>().SearchAsync("what does a kitten do", null, Stop);
            Assert.EndsWith("cats.txt", hits[0].Path, StringComparison.Ordinal);
            Assert.Empty(hits.Notes);
            Assert.Same(host.Services.GetRequiredService<IChunkStore>(), host.Services.GetRequiredService<IChunkStore>());
        }

        using var again = SqliteChunkStore.Open(_folder.File("notes.db"), create: false);
        Assert.Equal(3, (await again.SummarizeAsync(Stop)).Vectors);
    }

    [Fact]
    public async Task AStoreOfAnotherKindAndANamedOneStandBesideOneAnother()
    {
        var own = SqliteChunkStore.OpenInMemory();
        using (
            var host = await AddSimileTests.StartAsync(services =>
                services
                    .AddSimile(options => options.Model = Model)
                    .AddSimileStore(options => options.Open = _ => own)
                    .AddSimile("second", options => options.Model = Model)
                    .AddSimileStore("second", options => options.Path = _folder.File("second.db"))
            )
        )
        {
            await host.Services.GetRequiredService<TextIndex>().UpsertAsync("a", "Cats purr.", null, Stop);
            Assert.Same(own, host.Services.GetRequiredService<IChunkStore>());
            Assert.Equal(1, (await own.SummarizeAsync(Stop)).Vectors);
            Assert.Empty(await host.Services.GetRequiredKeyedService<TextIndex>("second").SearchAsync("cats", null, Stop));
            Assert.True(File.Exists(_folder.File("second.db")));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => own.SummarizeAsync(Stop).AsTask());
    }

    // A model that is loaded by the first call is loaded by the first text, and cut as its tokenizer says.
    [Fact]
    public async Task AModelIsLoadedWhenATextComes()
    {
        using var host = await AddSimileTests.StartAsync(services =>
            services
                .AddSimile(options => (options.Model, options.LoadAtStart) = (Model, false))
                .AddSimileStore(options => options.Open = _ => SqliteChunkStore.OpenInMemory())
        );
        var registry = host.Services.GetRequiredService<Registry.EmbedderRegistry>();
        Assert.False(registry.Embedders.Single().IsLoaded);
        var texts = host.Services.GetRequiredService<TextIndex>();
        Assert.True((await texts.UpsertAsync("a", "Cats purr.", null, Stop)).Succeeded);
        Assert.True(registry.Embedders.Single().IsLoaded);
        Assert.Empty(texts.Notes);
        var embedder = host.Services.GetRequiredService<IEmbedder<Content>>();
        Assert.NotNull(embedder.Find(typeof(TextEmbedder)));
        Assert.NotNull(embedder.Find(typeof(BatchingEmbedder<string>)));
        Assert.Null(embedder.Find(typeof(Uri)));
    }

    [Fact]
    public async Task AHostThatCannotSearchDoesNotStart()
    {
        using (var other = SqliteChunkStore.Open(_folder.File("other.db"), create: true))
        {
            await other.EnsureSpaceAsync(new EmbeddingSpace("other@1", 2, unitLength: true, SimilarityMetric.Cosine), Stop);
        }

        File.WriteAllText(
            _folder.File("notes.md"),
            "# Notes\nSomething that nobody wants to lose, and long enough for a header of SQLite's to fit into it: one hundred bytes."
        );
        (Action<IServiceCollection> Add, string Code)[] bad =
        [
            (
                services => services.AddSimile(options => options.Model = Model).AddSimileStore(_folder.File("other.db")),
                ErrorCode.IndexOfAnotherSpace
            ),
            (services => services.AddSimile(options => options.Model = Model).AddSimileStore(_folder.File("notes.md")), ErrorCode.BadStore),
            (
                services => services.AddSimile(options => options.Model = Model).AddSimileStore(_folder.File("no", "folder.db")),
                ErrorCode.StoreUnavailable
            ),
            (services => services.AddSimileStore(_folder.File("alone.db")), ErrorCode.InvalidOption),
        ];
        foreach (var (add, code) in bad)
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<SimileException>(() => AddSimileTests.StartAsync(add))).Code);
        }

        foreach (
            var configure in (Action<SimileStoreOptions>[])
                [_ => { }, options => (options.Path, options.Open) = ("x.db", _ => SqliteChunkStore.OpenInMemory())]
        )
        {
            await Assert.ThrowsAsync<OptionsValidationException>(() =>
                AddSimileTests.StartAsync(services => services.AddSimile(options => options.Model = Model).AddSimileStore(configure))
            );
        }
    }
}
