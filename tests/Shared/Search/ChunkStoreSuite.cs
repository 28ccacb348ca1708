using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Testing;

/// <summary>What of a chunk's row is damaged.</summary>
public enum DamagedPart
{
    /// <summary>Its vector has another length.</summary>
    VectorLength,

    /// <summary>Its vector holds NaN.</summary>
    VectorValues,

    /// <summary>Its text is none.</summary>
    Text,

    /// <summary>A value of its metadata is none that anybody put there.</summary>
    Metadata,
}

/// <summary>What every store must do. A test of the house sees to it that no implementation is left out.</summary>
/// <typeparam name="TStore">The implementation.</typeparam>
public abstract partial class ChunkStoreSuite<TStore> : IDisposable
    where TStore : IChunkStore
{
    private const int Dimensions = 4;
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly EmbeddingSpace Space = new("suite@1", Dimensions, unitLength: false, SimilarityMetric.Dot);

    public static TheoryData<string, string> HostileMetadata =>
        new()
        {
            { "'; DROP TABLE chunks; --", "\" OR 1=1 --" },
            { "$0", "?1 :name @name" },
            { "lang\n\t\r", "\u202e\u200b\ufeff" },
            { "ключ", "𝒳 👩‍👩‍👧 e\u0301" },
            { " ", string.Empty },
            { "NULL", "null" },
            { new string('n', 256), new string('v', 4096) },
            { "number", "1" },
            { "truth", "true" },
            { "*", "%_\\" },
        };

    [Fact]
    public async Task WhatIsPutInIsFoundByVectorByWordsAndById()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync(
            [Document("a", ("Bread goes stale.", [1, 0, 0, 0]), ("Cats purr.", [0, 1, 0, 0])), Document("b", ("Dogs bark.", [0, 0, 1, 0]))],
            Stop
        );
        var near = await store.SearchVectorsAsync(new float[] { 0.1f, 0.9f, 0, 0 }, 2, null, Stop);
        Assert.Equal([0.9, 0.1], near.Select(chunk => chunk.Score), Close);
        var words = await store.SearchWordsAsync("a cat", 5, null, Stop);
        Assert.Equal(near[0].Id, Assert.Single(words).Id);
        var read = await store.ReadAsync([near[1].Id, near[0].Id], Stop);
        Assert.Equal([("a", "Bread goes stale."), ("a", "Cats purr.")], read.Select(chunk => (chunk!.Path, chunk.Chunk.Text)));
        Assert.Equal([0f, 1, 0, 0], read[1]!.Vector.ToArray());
        Assert.Equal((3L, 3L, Dimensions, 0L), await FiguresAsync(store));
    }

    [Fact]
    public async Task AChangedDocumentIsReplacedEverywhereAndNoIdIsUsedAgain()
    {
        using var store = await OpenAsync();
        var used = new HashSet<long>();
        foreach (var text in (string[])["Owls hoot.", "Cats purr.", "Dogs bark."])
        {
            await store.ReplaceAsync([Document("a", (text, [1, 0, 0, 0]), (text, [0, 1, 0, 0]))], Stop);
            var ids = await IdsAsync(store);
            Assert.Equal(2, ids.Count);
            Assert.All(ids, id => Assert.True(used.Add(id), "An id was used again."));
        }

        Assert.Empty(await store.SearchWordsAsync("owl", 5, null, Stop));
        Assert.Equal(2, (await store.SearchWordsAsync("dog", 5, null, Stop)).Count);
        Assert.Equal(1, await store.RemoveAsync(["a", "none"], Stop));
        Assert.Empty(await IdsAsync(store));
        Assert.All(await store.ReadAsync([.. used], Stop), Assert.Null);
        await store.ReplaceAsync([Document("a", ("Owls hoot.", [1, 0, 0, 0]))], Stop);
        Assert.True(used.Add(Assert.Single(await IdsAsync(store))), "An id was used again.");
    }

    [Fact]
    public async Task AChangeIsWholeOrNotAtAll()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([Document("a", ("Owls hoot.", [1, 0, 0, 0]))], Stop);
        var before = await store.SummarizeAsync(Stop);
        var sound = Document("b", ("Cats purr.", [0, 1, 0, 0]));
        (IndexedFile Bad, string Code)[] bad =
        [
            (sound, ErrorCode.InvalidOption),
            (Document("c", ("Dogs bark.", [1, 0])), ErrorCode.SpaceMismatch),
            (Document("c", ("Dogs bark.", [1, float.NaN, 0, 0])), ErrorCode.InvalidVector),
            (Document("c", ("Dogs bark.", [1, 0, 0, 0])) with { Vectors = [] }, ErrorCode.InvalidOption),
            (With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), ("", "no name")), ErrorCode.InvalidOption),
            (With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), ("half", "\ud800")), ErrorCode.InvalidUnicode),
            (With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), ("nul", "a\0b")), ErrorCode.InvalidUnicode),
            (With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), ("number", double.NaN)), ErrorCode.InvalidOption),
            (With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), ("nothing", default)), ErrorCode.InvalidOption),
            (With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), ("long", new string('x', 5000))), ErrorCode.InvalidOption),
            (
                With(Document("c", ("Dogs bark.", [1, 0, 0, 0])), [.. Enumerable.Range(0, 300).Select(i => ($"n{i}", (MetadataValue)i))]),
                ErrorCode.InvalidOption
            ),
        ];
        foreach (var (document, code) in bad)
        {
            var error = await Assert.ThrowsAsync<SimileException>(() =>
                store.ReplaceAsync([Document("a", ("New.", [0, 0, 1, 0])), sound, document], Stop).AsTask()
            );
            Assert.Equal(code, error.Code);
        }

        Assert.Equal(["a"], (await store.ListFilesAsync(null, Stop)).Keys);
        Assert.Single(await store.SearchWordsAsync("owl", 5, null, Stop));
        Assert.Equal(before with { Version = 0 }, await store.SummarizeAsync(Stop) with { Version = 0 });
    }

    [Fact]
    public async Task VectorsAreRankedExactlyAcrossManyChanges()
    {
        using var store = await OpenAsync();
        var random = new Random(7);
        var kept = new Dictionary<string, float[]>();
        foreach (var round in Enumerable.Range(0, 4))
        {
            // Whole numbers, so that sums are exact and ties happen.
            var added = Enumerable
                .Range(0, 5000)
                .ToDictionary(i => $"{round}/{i}", _ => Enumerable.Range(0, Dimensions).Select(_ => (float)random.Next(-9, 10)).ToArray());
            await store.ReplaceAsync([.. added.Select(document => Document(document.Key, (document.Key, document.Value)))], Stop);
            added.ToList().ForEach(document => kept.Add(document.Key, document.Value));
            string[] gone = [.. kept.Keys.Where(_ => random.Next(round == 2 ? 2 : 50) == 0)];
            Assert.Equal(gone.Length, await store.RemoveAsync(gone, Stop));
            Array.ForEach(gone, path => kept.Remove(path));
            float[] query = [3, -2, 5, 1];
            var found = await store.SearchVectorsAsync(query, 50, null, Stop);
            var expected = kept.Values.Select(vector => (double)vector.Zip(query, (a, b) => a * b).Sum()).OrderDescending().Take(50);
            Assert.Equal(expected, found.Select(chunk => chunk.Score));
            Assert.All(
                found.Zip(found.Skip(1)),
                pair => Assert.True(pair.First.Score > pair.Second.Score || pair.First.Id < pair.Second.Id, "Ties go to the smaller id.")
            );
            var read = await store.ReadAsync([.. found.Select(chunk => chunk.Id)], Stop);
            Assert.All(read.Zip(found), pair => Assert.Equal(pair.Second.Score, kept[pair.First!.Path].Zip(query, (a, b) => a * b).Sum()));
            Assert.Equal(kept.Count, (await store.SummarizeAsync(Stop)).Vectors);
        }
    }

    [Fact]
    public async Task DistancesAreNegated()
    {
        using var store = await OpenAsync(new EmbeddingSpace("suite@2", Dimensions, unitLength: false, SimilarityMetric.Euclidean));
        await store.ReplaceAsync([Document("far", ("x", [3, 4, 0, 0])), Document("near", ("x", [0, 0, 0, 1]))], Stop);
        var found = await store.SearchVectorsAsync(new float[4], 2, null, Stop);
        Assert.Equal([-1, -5], found.Select(chunk => chunk.Score), Close);
        Assert.Equal(["near", "far"], await PathsAsync(store, found));
    }

    [Fact]
    public async Task FiltersTakeWhatTheySay()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync(
            [
                With(Document("de", ("word", [1, 0, 0, 0])), ("lang", "de"), ("year", 2019), ("open", true)),
                With(Document("en", ("word", [2, 0, 0, 0])), ("lang", "en"), ("year", 2021.5), ("open", false)),
                With(Document("text", ("word", [3, 0, 0, 0])), ("lang", "DE"), ("year", "2020"), ("open", "true")),
                Document("none", ("word", [4, 0, 0, 0])),
            ],
            Stop
        );
        (ChunkFilter Filter, string[] Expected)[] filters =
        [
            (ChunkFilter.Equal("lang", "de"), ["de"]),
            (ChunkFilter.Equal("lang", "d"), []),
            (ChunkFilter.Equal("Lang", "de"), []),
            (ChunkFilter.In("lang", "de", "en"), ["en", "de"]),
            (ChunkFilter.In("lang"), []),
            (ChunkFilter.Equal("year", 2019.0), ["de"]),
            (ChunkFilter.Equal("year", 2020), []),
            (ChunkFilter.Equal("open", true), ["de"]),
            (ChunkFilter.Equal("open", 1), []),
            (ChunkFilter.Between("year", 2019, 2021), ["de"]),
            (ChunkFilter.Between("year", 2019.5, null), ["en"]),
            (ChunkFilter.Between("year", null, null), ["en", "de"]),
            (ChunkFilter.Between("open", 0, 1), []),
            (!ChunkFilter.Equal("lang", "de"), ["none", "text", "en"]),
            (!!ChunkFilter.Equal("lang", "de"), ["de"]),
            (!ChunkFilter.Between("year", null, null) & !ChunkFilter.Equal("open", "true"), ["none"]),
            (ChunkFilter.In("lang", "de", "en", "DE") & !ChunkFilter.Equal("open", false), ["text", "de"]),
            (ChunkFilter.Equal("lang", "en") | ChunkFilter.Equal("year", "2020"), ["text", "en"]),
            (
                ChunkFilter.Any([.. Enumerable.Range(0, 900).Select(i => ChunkFilter.Equal($"n{i}", i)), ChunkFilter.Equal("lang", "de")]),
                ["de"]
            ),
            (ChunkFilter.All([.. Enumerable.Range(0, 600).Select(_ => ChunkFilter.Equal("lang", "de"))]), ["de"]),
            (Enumerable.Range(0, 30).Aggregate(ChunkFilter.Equal("lang", "de"), (inner, _) => !inner), ["de"]),
        ];
        foreach (var (filter, expected) in filters)
        {
            Assert.Equal(expected, await PathsAsync(store, await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 4, filter, Stop)));
            Assert.Equal(expected.Order(), (await PathsAsync(store, await store.SearchWordsAsync("word", 4, filter, Stop))).Order());
        }
    }

    // A filter is as new as the store, whatever it took before.
    [Fact]
    public async Task AFilterFollowsChanges()
    {
        using var store = await OpenAsync();
        foreach (var (path, lang) in ((string, string)[])[("a", "de"), ("b", "en"), ("c", "de"), ("b", "de"), ("a", "en")])
        {
            await store.ReplaceAsync([With(Document(path, (path, [path[0], 0, 0, 0])), ("lang", lang))], Stop);
            var expected = (await store.ReadFilesAsync(["c", "b", "a"], Stop))
                .Where(file => file.Chunks[0].Metadata["lang"] == lang)
                .Select(file => file.Path);
            Assert.Equal(
                expected,
                await PathsAsync(
                    store,
                    await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 5, ChunkFilter.Equal("lang", lang), Stop)
                )
            );
        }

        // Filters that differ in a value's kind only.
        Assert.Empty(await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 5, ChunkFilter.Equal("lang", true), Stop));
        Assert.Equal(
            2,
            (await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 5, ChunkFilter.In("lang", "de", "d", "e"), Stop)).Count
        );
    }

    // Whatever passes is all that there is: the best of it are found however far off they are, and however little it is.
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(7000)]
    public async Task AFilteredSearchIsExact(int every)
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync(
            [.. Enumerable.Range(0, 15_000).Select(i => With(Document($"{i}", ($"word {i}", [i, 1, 0, 0])), ("part", i % every)))],
            Stop
        );
        var filter = ChunkFilter.Equal("part", every - 1);
        var expected = Enumerable.Range(0, 15_000).Where(i => i % every == every - 1).OrderDescending().Take(5).Select(i => $"{i}");
        Assert.Equal(expected, await PathsAsync(store, await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 5, filter, Stop)));
        var words = await PathsAsync(store, await store.SearchWordsAsync("word", 20_000, filter, Stop));
        Assert.Equal(Enumerable.Range(0, 15_000).Where(i => i % every == every - 1).Select(i => $"{i}").Order(), words.Order());
    }

    [Theory]
    [MemberData(nameof(HostileMetadata))]
    public async Task MetadataComesBackAsItWas(string name, string value)
    {
        using var store = await OpenAsync();
        var document = With(
            Document("a", ("word", [1, 0, 0, 0])),
            (name, value),
            ("a whole", long.MinValue),
            ("a real", -1.5e-300),
            ("a truth", false)
        );
        await store.ReplaceAsync(
            [document, With(Document("b", ("word", [2, 0, 0, 0])), (name, value.Length == 0 ? "x" : value[..^1]))],
            Stop
        );
        var chunk = Assert.Single((await store.ReadFilesAsync(["a"], Stop))[0].Chunks);
        Assert.Equal(document.Chunks[0].Metadata.OrderBy(pair => pair.Key), chunk.Metadata.OrderBy(pair => pair.Key));
        foreach (
            var filter in (ChunkFilter[])
                [
                    ChunkFilter.Equal(name, value),
                    ChunkFilter.Equal("a whole", long.MinValue),
                    ChunkFilter.Equal("a real", -1.5e-300),
                    ChunkFilter.Equal("a truth", false),
                ]
        )
        {
            Assert.Equal(["a"], await PathsAsync(store, await store.SearchVectorsAsync(new float[4], 5, filter, Stop)));
        }
    }

    [Theory]
    [InlineData(DamagedPart.VectorLength)]
    [InlineData(DamagedPart.VectorValues)]
    [InlineData(DamagedPart.Text)]
    [InlineData(DamagedPart.Metadata)]
    public async Task DamageCostsItsChunkAlone(DamagedPart part)
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync(
            [With(Document("a", ("Owls hoot.", [1, 0, 0, 0])), ("name", "value")), Document("b", ("Owls sleep.", [0.5f, 0, 0, 0]))],
            Stop
        );
        var ids = (await store.SearchWordsAsync("owl", 5, null, Stop)).Select(chunk => chunk.Id).Order().ToArray();
        await DamageAsync(store, ids[0], part);
        var isVector = part is DamagedPart.VectorLength or DamagedPart.VectorValues;
        Assert.Equal((2L, isVector ? 1L : 2L, Dimensions, isVector ? 1L : 0L), await FiguresAsync(store));
        Assert.Equal(
            isVector ? [ids[1]] : ids,
            (await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 5, null, Stop)).Select(chunk => chunk.Id)
        );
        var read = await store.ReadAsync(ids, Stop);
        Assert.Equal(isVector ? null : ErrorCode.BadStore, read[0]!.Damage?.Code);
        Assert.True(isVector == read[0]!.Vector.IsEmpty || !isVector);
        Assert.Equal(("b", "Owls sleep.", null), (read[1]!.Path, read[1]!.Chunk.Text, read[1]!.Damage));
        await store.ReplaceAsync([Document("a", ("Owls hoot.", [1, 0, 0, 0]))], Stop);
        Assert.Equal((2L, 2L, Dimensions, 0L), await FiguresAsync(store));
    }

    [Fact]
    public async Task AnotherSpaceIsRefused()
    {
        using var store = await OpenAsync();
        await store.EnsureSpaceAsync(Space, Stop);
        foreach (
            var other in (EmbeddingSpace[])
                [
                    new("other", Dimensions, unitLength: false, SimilarityMetric.Dot),
                    new("suite@1", 3, unitLength: false, SimilarityMetric.Dot),
                    new("suite@1", Dimensions, unitLength: true, SimilarityMetric.Dot),
                ]
        )
        {
            var error = await Assert.ThrowsAsync<SimileException>(() => store.EnsureSpaceAsync(other, Stop).AsTask());
            Assert.Equal(ErrorCode.IndexOfAnotherSpace, error.Code);
            Assert.Contains(other.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Contains(Space.ToString(), error.Message, StringComparison.Ordinal);
        }

        (float[] Query, int K, string Code)[] bad =
        [
            ([1, 0], 5, ErrorCode.SpaceMismatch),
            ([1, 0, 0, float.PositiveInfinity], 5, ErrorCode.InvalidVector),
            ([1, 0, 0, 0], 0, ErrorCode.InvalidOption),
        ];
        foreach (var (query, k, code) in bad)
        {
            Assert.Equal(
                code,
                (await Assert.ThrowsAsync<SimileException>(() => store.SearchVectorsAsync(query, k, null, Stop).AsTask())).Code
            );
        }

        Assert.Equal(
            ErrorCode.InvalidOption,
            (await Assert.ThrowsAsync<SimileException>(() => store.SearchWordsAsync("word", 0, null, Stop).AsTask())).Code
        );
    }

    [Fact]
    public async Task AStoreWithoutASpaceKeepsWordsOnly()
    {
        using var store = Create();
        Assert.Empty(await store.SearchVectorsAsync(new float[] { 1, 0 }, 5, null, Stop));
        await store.ReplaceAsync(
            [new IndexedFile("a", "v", [new Chunk("Owls hoot.", 1, 1, string.Empty)], [ReadOnlyMemory<float>.Empty])],
            Stop
        );
        Assert.Single(await store.SearchWordsAsync("owl", 5, null, Stop));
        Assert.Equal(
            ErrorCode.SpaceMismatch,
            (await Assert.ThrowsAsync<SimileException>(() => store.ReplaceAsync([Document("b", ("x", [1, 0, 0, 0]))], Stop).AsTask())).Code
        );
        Assert.Equal((1L, 0L, 0, 0L), await FiguresAsync(store));
    }

    [Fact]
    public async Task DocumentsAreListedAndReadWhole()
    {
        using var store = await OpenAsync();
        IndexedFile[] documents =
        [
            .. Enumerable
                .Range(0, 1200)
                .Select(i => Document($"{i}", ($"text {i}", [i, 0, 0, 0]), ($"more {i}", [])) with { Fingerprint = $"v{i}" }),
        ];
        await store.ReplaceAsync(documents, Stop);
        Assert.Equal(1200, (await store.ListFilesAsync(null, Stop)).Count);
        Assert.Equal([("7", "v7")], (await store.ListFilesAsync(["7", "none"], Stop)).Select(file => (file.Key, file.Value)));
        Assert.Equal(1200, (await store.ListFilesAsync([.. documents.Select(document => document.Path), "none"], Stop)).Count);
        Assert.Empty(await store.ListFilesAsync([], Stop));
        var read = await store.ReadFilesAsync(["9", "none", "3"], Stop);
        Assert.Equal(["9", "3"], read.Select(document => document.Path));
        Assert.Equal(("v9", "text 9", "more 9"), (read[0].Fingerprint, read[0].Chunks[0].Text, read[0].Chunks[1].Text));
        Assert.Equal([9f, 0, 0, 0], read[0].Vectors[0].ToArray());
        Assert.True(read[0].Vectors[1].IsEmpty);
    }

    [Fact]
    public async Task TheVersionIsAnotherAfterEachChangeOnly()
    {
        using var store = await OpenAsync();
        var versions = new List<long> { await VersionAsync(store), await VersionAsync(store) };
        Assert.Equal(versions[0], versions[1]);
        await store.ReplaceAsync([Document("a", ("x", [1, 0, 0, 0]))], Stop);
        versions.Add(await VersionAsync(store));
        await store.SetPropertyAsync("name", "value", Stop);
        Assert.Equal(("value", null), (await store.GetPropertyAsync("name", Stop), await store.GetPropertyAsync("other", Stop)));
        await store.RemoveAsync(["a"], Stop);
        versions.Add(await VersionAsync(store));
        await store.SearchWordsAsync("x", 1, null, Stop);
        await store.SearchVectorsAsync(new float[4], 1, null, Stop);
        Assert.Equal(versions[^1], await VersionAsync(store));
        Assert.Equal(3, versions.Distinct().Count());
    }

    [Fact]
    public async Task NothingInNothingOut()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([], Stop);
        Assert.Equal(0, await store.RemoveAsync([], Stop));
        Assert.Empty(await store.ReadAsync([], Stop));
        Assert.Empty(await store.ReadFilesAsync([], Stop));
        Assert.Empty(await store.SearchVectorsAsync(new float[4], 5, null, Stop));
        Assert.Empty(await store.SearchWordsAsync("word", 5, null, Stop));
        Assert.Equal((0L, 0L), ((await store.SummarizeAsync(Stop)).Chunks, (await store.SummarizeAsync(Stop)).Vectors));
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>An empty store.</summary>
    protected abstract TStore Create();

    /// <summary>Damages a chunk's row behind the store's back.</summary>
    protected abstract Task DamageAsync(TStore store, long chunk, DamagedPart part);

    private static IndexedFile Document(string path, params (string Text, float[] Vector)[] chunks) =>
        new(
            path,
            "v",
            [.. chunks.Select((chunk, i) => new Chunk(chunk.Text, i + 1, i + 1, string.Empty))],
            [.. chunks.Select(chunk => (ReadOnlyMemory<float>)chunk.Vector)]
        );

    private static IndexedFile With(IndexedFile document, params (string Name, MetadataValue Value)[] metadata) =>
        document with
        {
            Chunks =
            [
                .. document.Chunks.Select(chunk => chunk with { Metadata = metadata.ToDictionary(pair => pair.Name, pair => pair.Value) }),
            ],
        };

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-6;

    private static async Task<List<long>> IdsAsync(TStore store) =>
        [.. (await store.SearchVectorsAsync(new float[Dimensions], 1000, null, Stop)).Select(chunk => chunk.Id)];

    private static async Task<IEnumerable<string>> PathsAsync(TStore store, IReadOnlyList<ScoredChunk> chunks) =>
        (await store.ReadAsync([.. chunks.Select(chunk => chunk.Id)], Stop)).Select(chunk => chunk!.Path);

    private static async Task<long> VersionAsync(TStore store) => (await store.SummarizeAsync(Stop)).Version;

    private static async Task<(long Chunks, long Vectors, int Dimensions, long Damaged)> FiguresAsync(TStore store)
    {
        var summary = await store.SummarizeAsync(Stop);
        return (summary.Chunks, summary.Vectors, summary.Dimensions, summary.Damaged);
    }

    private async Task<TStore> OpenAsync(EmbeddingSpace? space = null)
    {
        var store = Create();
        await store.EnsureSpaceAsync(space ?? Space, Stop);
        return store;
    }
}
