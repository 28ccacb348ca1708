using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

public sealed class SqliteChunkStoreTests : IDisposable
{
    private static readonly EmbeddingSpace Space = new("test", 2, unitLength: true, SimilarityMetric.Cosine);
    private readonly TemporaryFolder _folder = new();

    private string StorePath => _folder.File("index.db");

    [Fact]
    public async Task WhatIsPutInIsFoundAgain()
    {
        using (var store = await OpenAsync())
        {
            await store.ReplaceAsync([
                FileOf("a.md", "v1", ("Bread goes stale.", [1, 0]), ("Cats purr.", [0, 1])),
                FileOf("b.md", "v1", ("Dogs bark.", [0, -1])),
            ]);
        }

        using var again = await OpenAsync();
        Assert.Equal(["a.md", "b.md"], (await again.ListFilesAsync()).Keys.Order());
        Assert.Equal(
            [1f, 0, 0, 1, 0, -1],
            (await again.ReadAllAsync()).SelectMany(file => file.Vectors).SelectMany(vector => vector.ToArray())
        );
        var found = await again.SearchVectorsAsync(new float[] { 0, 1 }, 1);
        var chunk = (await again.ReadAsync([found[0].Id]))[0]!;
        Assert.Equal(("a.md", "Cats purr.", 2), (chunk.Path, chunk.Chunk.Text, chunk.Chunk.StartLine));
    }

    [Fact]
    public async Task AChangedFileReplacesItsChunksEverywhere()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([FileOf("a.md", "v1", ("Bread goes stale.", [1, 0]), ("Cats purr.", [0, 1]))]);
        await store.ReplaceAsync([FileOf("a.md", "v2", ("Owls hoot.", [0.6f, 0.8f]))]);
        Assert.Equal("v2", (await store.ListFilesAsync())["a.md"]);
        Assert.Equal([0.6f, 0.8f], (await store.ReadAllAsync()).SelectMany(file => file.Vectors).SelectMany(vector => vector.ToArray()));
        Assert.Empty(await store.SearchWordsAsync("cats", 10));
        Assert.Single(await store.SearchWordsAsync("owl", 10));
        await store.RemoveAsync(["a.md"]);
        Assert.Equal((0, 0), ((await store.SummarizeAsync()).Chunks, (await store.SummarizeAsync()).Vectors));
        Assert.Empty(await store.SearchWordsAsync("owl", 10));
    }

    [Theory]
    [InlineData("\" OR 1=1; DROP TABLE chunks; --")]
    [InlineData("NEAR(a b) AND (")]
    [InlineData("text:stale* ^bread - NOT")]
    [InlineData("'; \u0000 \ud800 stale")]
    [InlineData("")]
    [InlineData("?!")]
    public async Task NothingAUserTypesIsSyntax(string query)
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([FileOf("a.md", "v1", ("Bread goes stale.", [1, 0]))]);
        Assert.Equal(query.Contains("stale", StringComparison.Ordinal) ? 1 : 0, (await store.SearchWordsAsync(query, 10)).Count);
    }

    [Fact]
    public async Task WordsAreStemmedAndRareOnesCountMore()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([
            FileOf(
                "a.md",
                "v1",
                ("The glacier carried rocks.", [1, 0]),
                ("The rock and the rocks.", [0, 1]),
                ("A rock.", [0, 1]),
                ("Bread.", [1, 0]),
                ("Milk.", [1, 0]),
                ("Tea.", [1, 0])
            ),
        ]);
        var found = await store.SearchWordsAsync("do glaciers carry a rock", 10);
        Assert.Equal(3, found.Count);
        Assert.Equal("The glacier carried rocks.", (await store.ReadAsync([found[0].Id]))[0]!.Chunk.Text);
        Assert.True(found[0].Score > found[1].Score);
    }

    [Fact]
    public async Task AnotherSpaceIsRefused()
    {
        using var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            store.EnsureSpaceAsync(new EmbeddingSpace("other", 2, unitLength: true, SimilarityMetric.Cosine)).AsTask()
        );
        Assert.Equal(ErrorCode.IndexOfAnotherSpace, error.Code);
        Assert.Contains("test/2", error.Message, StringComparison.Ordinal);
        Assert.Contains("other/2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatAreNoIndexAreErrors()
    {
        Assert.Equal(ErrorCode.StoreNotFound, Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create: false)).Code);
        File.WriteAllText(StorePath, "This is no database, though it is long enough to be taken for the header of one by mistake.");
        Assert.Equal(ErrorCode.BadStore, Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create: true)).Code);
        using (var foreign = new SqliteConnection($"Data Source={_folder.File("foreign.db")};Pooling=False"))
        {
            foreign.Open();
            using var command = foreign.CreateCommand();
            command.CommandText = "CREATE TABLE other (x)";
            command.ExecuteNonQuery();
        }

        Assert.Contains(
            "no index",
            Assert.Throws<SimileException>(() => SqliteChunkStore.Open(_folder.File("foreign.db"), create: true)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            ErrorCode.StoreUnavailable,
            Assert.Throws<SimileException>(() => SqliteChunkStore.Open(_folder.File("no", "folder.db"), create: true)).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    private static IndexedFile FileOf(string path, string fingerprint, params (string Text, float[] Vector)[] chunks) =>
        new(
            path,
            fingerprint,
            [.. chunks.Select((chunk, i) => new Chunk(chunk.Text, i + 1, i + 1, string.Empty))],
            [.. chunks.Select(chunk => (ReadOnlyMemory<float>)chunk.Vector)]
        );

    private async Task<SqliteChunkStore> OpenAsync()
    {
        var store = SqliteChunkStore.Open(StorePath, create: true);
        await store.EnsureSpaceAsync(Space);
        return store;
    }
}
