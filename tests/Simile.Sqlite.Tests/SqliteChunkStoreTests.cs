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
    public void WhatIsPutInIsFoundAgain()
    {
        using (var store = Open())
        {
            store.Replace([FileOf("a.md", "v1", ("Bread goes stale.", [1, 0]), ("Cats purr.", [0, 1])), FileOf("b.md", "v1", ("Dogs bark.", [0, -1]))]);
        }

        using var again = Open();
        Assert.Equal(["a.md", "b.md"], again.Files().Keys.Order());
        var vectors = again.ReadVectors();
        Assert.Equal([1f, 0, 0, 1, 0, -1], vectors.Values);
        var chunk = again.Read(vectors.Ids[1])!;
        Assert.Equal(("a.md", "Cats purr.", 2), (chunk.Path, chunk.Chunk.Text, chunk.Chunk.StartLine));
    }

    [Fact]
    public void AChangedFileReplacesItsChunksEverywhere()
    {
        using var store = Open();
        store.Replace([FileOf("a.md", "v1", ("Bread goes stale.", [1, 0]), ("Cats purr.", [0, 1]))]);
        store.Replace([FileOf("a.md", "v2", ("Owls hoot.", [0.6f, 0.8f]))]);
        Assert.Equal("v2", store.Files()["a.md"]);
        Assert.Equal([0.6f, 0.8f], store.ReadVectors().Values);
        Assert.Empty(store.SearchWords("cats", 10));
        Assert.Single(store.SearchWords("owl", 10));
        store.Remove(["a.md"]);
        Assert.Empty(store.ReadVectors().Ids);
        Assert.Empty(store.SearchWords("owl", 10));
    }

    [Theory]
    [InlineData("\" OR 1=1; DROP TABLE chunks; --")]
    [InlineData("NEAR(a b) AND (")]
    [InlineData("text:stale* ^bread - NOT")]
    [InlineData("'; \u0000 \ud800 stale")]
    [InlineData("")]
    [InlineData("?!")]
    public void NothingAUserTypesIsSyntax(string query)
    {
        using var store = Open();
        store.Replace([FileOf("a.md", "v1", ("Bread goes stale.", [1, 0]))]);
        Assert.Equal(query.Contains("stale", StringComparison.Ordinal) ? 1 : 0, store.SearchWords(query, 10).Count);
    }

    [Fact]
    public void WordsAreStemmedAndRareOnesCountMore()
    {
        using var store = Open();
        store.Replace([FileOf("a.md", "v1", ("The glacier carried rocks.", [1, 0]), ("The rock and the rocks.", [0, 1]), ("A rock.", [0, 1]), ("Bread.", [1, 0]), ("Milk.", [1, 0]), ("Tea.", [1, 0]))]);
        var found = store.SearchWords("do glaciers carry a rock", 10);
        Assert.Equal(3, found.Count);
        Assert.Equal("The glacier carried rocks.", store.Read(found[0].Id)!.Chunk.Text);
        Assert.True(found[0].Score > found[1].Score);
    }

    [Fact]
    public void AnotherSpaceIsRefused()
    {
        using var store = Open();
        var error = Assert.Throws<SimileException>(() => store.EnsureSpace(new EmbeddingSpace("other", 2, unitLength: true, SimilarityMetric.Cosine)));
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

        Assert.Contains("no index", Assert.Throws<SimileException>(() => SqliteChunkStore.Open(_folder.File("foreign.db"), create: true)).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.StoreUnavailable, Assert.Throws<SimileException>(() => SqliteChunkStore.Open(_folder.File("no", "folder.db"), create: true)).Code);
    }

    public void Dispose() => _folder.Dispose();

    private static IndexedFile FileOf(string path, string fingerprint, params (string Text, float[] Vector)[] chunks) =>
        new(path, fingerprint, [.. chunks.Select((chunk, i) => new Chunk(chunk.Text, i + 1, i + 1, string.Empty))], [.. chunks.Select(chunk => (ReadOnlyMemory<float>)chunk.Vector)]);

    private SqliteChunkStore Open()
    {
        var store = SqliteChunkStore.Open(StorePath, create: true);
        store.EnsureSpace(Space);
        return store;
    }
}
