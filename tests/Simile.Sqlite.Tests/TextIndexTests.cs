using Simile.Batching;
using Simile.Caching;
using Simile.Ingestion;
using Simile.Monitoring;
using Simile.Multimodal;
using Simile.Search;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

/// <summary>Texts of one's own, over the real store and the shipped model.</summary>
public sealed class TextIndexTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task TextsArePutInFoundFilteredAndTakenOut()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        await using var model = await ModelAsync();
        var index = new TextIndex(store, model);
        var outcomes = await index.UpsertAsync(
            [
                new TextEntry(
                    "bread",
                    "A loaf becomes stale when it is kept in the cold.",
                    new Dictionary<string, MetadataValue> { ["lang"] = "en", ["year"] = 2024 }
                ),
                new TextEntry(
                    "brot",
                    "Ein altes Brot nennt man auf Englisch stale.",
                    new Dictionary<string, MetadataValue> { ["lang"] = "de", ["year"] = 2019 }
                ),
                new TextEntry("cats", "A kitten purrs when it is content."),
            ],
            Stop
        );
        Assert.Equal(
            [("bread", 1, true), ("brot", 1, true), ("cats", 1, true)],
            outcomes.Select(outcome => (outcome.Id, outcome.Chunks, outcome.Succeeded))
        );
        Assert.Equal("bread", (await index.SearchAsync("a loaf that is kept in the cold", null, Stop))[0].Id);
        var german = await index.SearchAsync(
            "why does bread go stale",
            new SearchOptions { Filter = ChunkFilter.Equal("lang", "de") },
            Stop
        );
        var hit = Assert.Single(german);
        Assert.Equal(("brot", "de", 2019L), (hit.Id, hit.Metadata["lang"].Value, hit.Metadata["year"].Value));
        Assert.True(await index.RemoveAsync("brot", Stop));
        Assert.False(await index.RemoveAsync("brot", Stop));
        Assert.Empty(await index.SearchAsync("stale", new SearchOptions { Filter = ChunkFilter.Equal("lang", "de") }, Stop));
        Assert.Empty(index.Notes);
    }

    [Fact]
    public async Task OnlyATextThatChangedIsEmbedded()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        await using var model = await ModelAsync();
        var counted = new Counted(model);
        var index = new TextIndex(store, counted);
        var long200 = string.Join(' ', Enumerable.Repeat("The cold makes a loaf stale sooner than the warmth of a kitchen does.", 100));
        var first = await index.UpsertAsync("a", long200, null, Stop);
        Assert.InRange(first.Chunks, 5, 50);
        Assert.Equal(first.Chunks, counted.Texts);
        var again = await index.UpsertAsync("a", long200, null, Stop);
        Assert.Equal((true, 0), (again.Unchanged, again.Chunks));

        // Another index over the store, as after a restart; then other metadata; then another text.
        index = new TextIndex(store, counted);
        Assert.True((await index.UpsertAsync("a", long200, new Dictionary<string, MetadataValue>(), Stop)).Unchanged);
        var vectors = await VectorsAsync(store);
        var marked = await index.UpsertAsync("a", long200, new Dictionary<string, MetadataValue> { ["lang"] = "en" }, Stop);
        Assert.Equal((false, 0, first.Chunks), (marked.Unchanged, marked.Chunks, counted.Texts));
        Assert.Equal(vectors, await VectorsAsync(store));
        Assert.Equal(
            first.Chunks,
            (await store.SearchVectorsAsync(vectors.AsMemory(0, 256), 1000, ChunkFilter.Equal("lang", "en"), Stop)).Count
        );
        Assert.True((await index.UpsertAsync("a", long200, new Dictionary<string, MetadataValue> { ["lang"] = "en" }, Stop)).Unchanged);
        Assert.Equal(1, (await index.UpsertAsync("a", "A kitten purrs.", null, Stop)).Chunks);
        Assert.Equal(1, (await store.SummarizeAsync(Stop)).Chunks);
        Assert.Equal(first.Chunks + 1, counted.Texts);
    }

    [Fact]
    public async Task ABadTextIsOneOutcome()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        await using var model = await ModelAsync();
        var index = new TextIndex(store, model);
        await index.UpsertAsync("kept", "Owls hoot at night.", null, Stop);
        var outcomes = await index.UpsertAsync(
            [
                new TextEntry("good", "Cats purr."),
                new TextEntry("kept", " \n"),
                new TextEntry("half", "a \ud800 b"),
                new TextEntry("nul", "a\0b"),
                new TextEntry("", "x"),
                new TextEntry(new string('i', 2000), "x"),
                new TextEntry("twice", "x"),
                new TextEntry("twice", "y"),
                new TextEntry("bad", "x", new Dictionary<string, MetadataValue> { [""] = 1 }),
                new TextEntry("null", null!),
                null!,
                new TextEntry("strange", "\u16A0\u16A1"),
            ],
            Stop
        );
        string?[] codes =
        [
            null,
            ErrorCode.EmptyText,
            ErrorCode.InvalidUnicode,
            ErrorCode.InvalidUnicode,
            ErrorCode.InvalidOption,
            ErrorCode.InvalidOption,
            ErrorCode.InvalidOption,
            ErrorCode.InvalidOption,
            ErrorCode.InvalidOption,
            ErrorCode.NullInput,
            ErrorCode.NullInput,
            null,
        ];
        Assert.Equal(codes, outcomes.Select(outcome => outcome.Error?.Code));
        Assert.Equal((0, 1), (outcomes[^1].Chunks, outcomes[^1].WithoutVector));
        Assert.Equal(["good", "kept", "strange"], (await store.ListFilesAsync(null, Stop)).Keys.Order());
        Assert.Equal("kept", Assert.Single(await index.SearchAsync("owl", new SearchOptions { Mode = SearchMode.Keyword }, Stop)).Id);
        Assert.Equal(
            ErrorCode.EmptyText,
            (await Assert.ThrowsAsync<SimileException>(() => index.UpsertAsync("kept", "", null, Stop))).Code
        );
        Assert.Empty(await index.UpsertAsync([], Stop));
    }

    [Fact]
    public async Task AThousandTextsAtOnceAndManyCallers()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        await using var model = await ModelAsync();
        var index = new TextIndex(store, model);
        await Parallel.ForAsync(
            0,
            4,
            Stop,
            async (part, stop) =>
            {
                var outcomes = await index.UpsertAsync(
                    [
                        .. Enumerable
                            .Range(0, 1500)
                            .Select(i => new TextEntry(
                                $"{part}/{i}",
                                $"Text number {i} about bread.",
                                new Dictionary<string, MetadataValue> { ["part"] = part }
                            )),
                    ],
                    stop
                );
                Assert.All(outcomes, outcome => Assert.True(outcome.Succeeded));
                Assert.All(
                    await index.SearchAsync("bread", new SearchOptions { Filter = ChunkFilter.Equal("part", part) }, stop),
                    hit => Assert.StartsWith($"{part}/", hit.Id, StringComparison.Ordinal)
                );
            }
        );
        Assert.Equal(6000, (await store.SummarizeAsync(Stop)).Vectors);
    }

    // More than the texts that are embedded together, with settled ones at the ends and between.
    [Fact]
    public async Task EveryTextOfManyGroupsHasItsOwnOutcome()
    {
        const int count = 2600;
        using var store = SqliteChunkStore.OpenInMemory();
        await using var model = await ModelAsync();
        var index = new TextIndex(store, model);
        await index.UpsertAsync([.. Enumerable.Range(0, count).Where(i => i % 7 == 0).Select(Known)], Stop);
        var outcomes = await index.UpsertAsync(
            [.. Enumerable.Range(0, count).Select(i => i is 0 or 1300 or count - 1 ? new TextEntry($"{i}", " ") : Known(i))],
            Stop
        );
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), outcomes.Select(outcome => outcome.Id));
        Assert.Equal([0, 1300, count - 1], outcomes.Index().Where(entry => !entry.Item.Succeeded).Select(entry => entry.Index));
        Assert.Equal(
            Enumerable.Range(1, count - 2).Where(i => i % 7 == 0),
            outcomes.Index().Where(entry => entry.Item.Unchanged).Select(entry => entry.Index)
        );
        Assert.All(outcomes.Where(outcome => outcome.Succeeded && !outcome.Unchanged), outcome => Assert.Equal(1, outcome.Chunks));

        static TextEntry Known(int i) => new($"{i}", $"Text number {i} about bread.");
    }

    // What stands around a model is seen through: its limits, its tokenizer, its recipe.
    [Fact]
    public async Task ABatchedCachedMonitoredModelCutsAndSearchesAsTheModelItself()
    {
        await using var model = await ModelAsync();
        await using var batched = new BatchingEmbedder<Content>(new ContentEmbedder(model, null));
        using var cache = new MemoryCache();
        using var monitor = new EmbeddingMonitor();
        var wrapped = new MonitoringEmbedder<Content>(CachingEmbedder.Over(batched, cache), monitor, "m");
        using var store = SqliteChunkStore.OpenInMemory();
        var text = string.Join(' ', Enumerable.Range(0, 500).Select(i => $"Sentence {i} tells of bread."));
        await new TextIndex(store, model).UpsertAsync("a", text, null, Stop);
        var index = new TextIndex(store, wrapped);
        Assert.True((await index.UpsertAsync("a", text, null, Stop)).Unchanged);
        var searcher = await Searcher.OpenAsync(store, wrapped, Stop);
        Assert.Equal("a", (await searcher.SearchAsync(Content.Of("bread"), null, Stop))[0].Id);
        Assert.Empty(searcher.Notes);
        Assert.Same(model, ((IEmbedder<Content>)wrapped).Find(typeof(TextEmbedder)));
        Assert.Equal(model.Recipe, ContentTraits.Of(wrapped).TextRecipe);
        Assert.Null(ContentTraits.Of(wrapped).ImageRecipe);
    }

    [Fact]
    public async Task AModelThatDoesNotSayHowItCountsIsEstimatedAndThatIsTold()
    {
        await using var model = await ModelAsync();
        using var store = SqliteChunkStore.OpenInMemory();
        var index = new TextIndex(store, new Foreign(model));
        var outcome = await index.UpsertAsync("a", string.Join(' ', Enumerable.Repeat("Bread goes stale in the cold.", 100)), null, Stop);

        // Seven pieces a sentence of at most four letters: 700 in all, 200 a passage with 30 repeated.
        Assert.InRange(outcome.Chunks, 4, 6);
        Assert.Contains("estimate", Assert.Single(index.Notes), StringComparison.Ordinal);
        Assert.True(
            (await index.UpsertAsync("a", string.Join(' ', Enumerable.Repeat("Bread goes stale in the cold.", 100)), null, Stop)).Unchanged
        );
    }

    [Fact]
    public async Task AStoreOfAnotherModelIsRefused()
    {
        await using var model = await ModelAsync();
        using var store = SqliteChunkStore.OpenInMemory();
        await store.EnsureSpaceAsync(new EmbeddingSpace("other@1", 2, unitLength: true, SimilarityMetric.Cosine), Stop);
        var index = new TextIndex(store, model);
        Assert.Equal(
            ErrorCode.IndexOfAnotherSpace,
            (await Assert.ThrowsAsync<SimileException>(() => index.UpsertAsync("a", "x", null, Stop))).Code
        );
        Assert.Equal(
            ErrorCode.IndexOfAnotherSpace,
            (await Assert.ThrowsAsync<SimileException>(() => index.SearchAsync("x", null, Stop))).Code
        );
    }

    private static Task<TextEmbedder> ModelAsync() => TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"), null, Stop);

    private static async Task<float[]> VectorsAsync(SqliteChunkStore store) =>
        [.. (await store.ReadAllAsync()).SelectMany(file => file.Vectors).SelectMany(vector => vector.ToArray())];

    private sealed class Counted(TextEmbedder model) : IEmbedder<string>
    {
        public int Texts { get; private set; }

        public EmbeddingSpace Space => model.Space;

        public EmbeddingRecipe Recipe => model.Recipe;

        public ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<string> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            Texts += inputs.Count;
            return model.EmbedAsync(inputs, options, cancellationToken);
        }

        public object? Find(Type type) => ((IEmbedder<string>)model).Find(type);
    }

    /// <summary>A model of another maker, which says nothing of itself.</summary>
    private sealed class Foreign(TextEmbedder model) : IEmbedder<string>
    {
        public EmbeddingSpace Space => model.Space;

        public EmbeddingRecipe Recipe => model.Recipe;

        public ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<string> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        ) => model.EmbedAsync(inputs, options, cancellationToken);
    }
}
