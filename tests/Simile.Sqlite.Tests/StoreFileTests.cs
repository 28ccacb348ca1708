using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

/// <summary>Files under a store's name: which are opened, what is said of the others, and that they stay as they are.</summary>
public sealed class StoreFileTests : IDisposable
{
    private static readonly EmbeddingSpace Space = new("test", 2, unitLength: true, SimilarityMetric.Cosine);
    private readonly TemporaryFolder _folder = new();

    private string StorePath => _folder.File("index.db");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsNotOursStaysAsItIs(bool create)
    {
        Sql.Run(_folder.File("foreign.db"), "CREATE TABLE other (x)");
        Sql.Run(_folder.File("theirs.db"), "PRAGMA application_id=77; PRAGMA user_version=2; CREATE TABLE facts (x)");
        using (SqliteCache.Open(_folder.File("cache.db"))) { }

        File.WriteAllText(
            _folder.File("notes.md"),
            "# Notes\nSomething that nobody wants to lose, and long enough for a header of SQLite's to fit into it: one hundred bytes."
        );
        File.WriteAllText(_folder.File("short.txt"), "x");
        foreach (var name in (string[])["foreign.db", "theirs.db", "cache.db", "notes.md", "short.txt"])
        {
            var path = _folder.File(name);
            var before = File.ReadAllBytes(path);
            var error = Assert.Throws<SimileException>(() => SqliteChunkStore.Open(path, create));
            Assert.Equal(ErrorCode.BadStore, error.Code);
            Assert.DoesNotContain("elete", error.Message, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(path));
        }

        Assert.Equal(5, Directory.GetFiles(_folder.Path).Length);
        var device = Assert.Throws<SimileException>(() => SqliteChunkStore.Open("/dev/null", create));
        Assert.Equal(ErrorCode.BadStore, device.Code);
        Assert.Contains("no regular file", device.Message, StringComparison.Ordinal);
        Assert.Contains(
            "folder",
            Assert.Throws<SimileException>(() => SqliteChunkStore.Open(_folder.Path, create)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void AStoreHasAName(string path) =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => SqliteChunkStore.Open(path, create: true)).Code);

    [Fact]
    public async Task OtherNamesOfSqliteAreNamesOfFiles()
    {
        using (var store = SqliteChunkStore.Open(_folder.File("file:x?mode=memory"), create: true))
        {
            await store.EnsureSpaceAsync(Space);
        }

        Assert.True(File.Exists(_folder.File("file:x?mode=memory")));
    }

    [Fact]
    public async Task AnEmptyFileIsNoIndexUntilOneIsMadeInIt()
    {
        File.WriteAllBytes(StorePath, []);
        Assert.Contains(
            "empty file",
            Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create: false)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(0, new FileInfo(StorePath).Length);
        await FillAsync();
        using var store = SqliteChunkStore.Open(StorePath, create: false);
        Assert.Single(await store.ListFilesAsync());
    }

    [Fact]
    public async Task SearchingWritesNothing()
    {
        await FillAsync();
        var before = File.ReadAllBytes(StorePath);
        using (var store = SqliteChunkStore.Open(StorePath, create: false))
        {
            await store.EnsureSpaceAsync(Space);
            Assert.Single(await store.SearchWordsAsync("cats", 5));
            Assert.Single(await store.SearchVectorsAsync(new float[] { 1, 0 }, 5));
            Assert.Equal(
                ErrorCode.StoreUnavailable,
                (await Assert.ThrowsAsync<SimileException>(() => store.RemoveAsync(["a.md"]).AsTask())).Code
            );
        }

        Assert.Equal(before, File.ReadAllBytes(StorePath));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task AnIndexOfTheFirstVersionIsToldAndBroughtUpToDate()
    {
        Sql.Run(
            StorePath,
            """
            CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL);
            CREATE TABLE chunks (id INTEGER PRIMARY KEY, file INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL);
            CREATE INDEX chunks_of_file ON chunks (file);
            CREATE TABLE vectors (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
            CREATE VIRTUAL TABLE words USING fts5(heading, text, content='', contentless_delete=1, tokenize='porter unicode61');
            INSERT INTO facts VALUES ('space', 'test/2'), ('dimensions', '2');
            INSERT INTO files VALUES (1, 'a.md', 'v1');
            INSERT INTO chunks VALUES (7, 1, 1, 1, '', 'Tiếng nói');
            INSERT INTO words (rowid, heading, text) VALUES (7, '', 'Tiếng nói');
            INSERT INTO vectors VALUES (7, x'0000803f00000000');
            PRAGMA application_id=1399418217; PRAGMA user_version=1; PRAGMA journal_mode=WAL;
            """
        );
        var error = Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create: false));
        Assert.Equal(ErrorCode.BadStore, error.Code);
        Assert.Contains("version 1", error.Message, StringComparison.Ordinal);
        SqliteChunkStore.Open(StorePath, create: true).Dispose();
        using var store = SqliteChunkStore.Open(StorePath, create: false);
        Assert.Equal(7, Assert.Single(await store.SearchWordsAsync("tieng", 5)).Id);
        Assert.Equal([7L], (await store.SearchVectorsAsync(new float[] { 1, 0 }, 5)).Select(chunk => chunk.Id));
        Assert.Equal("Tiếng nói", (await store.ReadAsync([7]))[0]!.Chunk.Text);
    }

    [Fact]
    public async Task AnIndexOfTheSecondVersionIsToldAndBroughtUpToDate()
    {
        Sql.Run(
            StorePath,
            """
            CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL);
            CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL);
            CREATE INDEX chunks_of_file ON chunks (file);
            CREATE TABLE vectors (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
            CREATE VIRTUAL TABLE words USING fts5(heading, text, content='', contentless_delete=1, tokenize="porter ascii tokenchars '.+#'");
            INSERT INTO facts VALUES ('space', 'test/2'), ('dimensions', '2'), ('property:model', 'm');
            INSERT INTO files VALUES (1, 'a.md', 'v1'), (2, 'b.png', 'v1');
            INSERT INTO chunks VALUES (7, 1, 1, 1, '', 'Cats purr.'), (9, 2, 0, 0, '', 'b.png');
            INSERT INTO words (rowid, heading, text) VALUES (7, '', 'cats purr'), (9, '', 'b png');
            INSERT INTO vectors VALUES (7, x'0000803f00000000'), (9, x'000000000000803f');
            PRAGMA application_id=1399418217; PRAGMA user_version=2; PRAGMA journal_mode=WAL;
            """
        );
        Assert.Contains(
            "version 2",
            Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create: false)).Message,
            StringComparison.Ordinal
        );
        using (var writer = SqliteChunkStore.Open(StorePath, create: true))
        {
            await writer.EnsureSpaceAsync(Space);
            await writer.ReplaceAsync([
                FileOf("c.md") with
                {
                    Chunks =
                    [
                        new Chunk("Cats purr.", 1, 1, string.Empty)
                        {
                            Metadata = new Dictionary<string, MetadataValue> { ["lang"] = "en" },
                        },
                    ],
                },
            ]);
        }

        // Version 3 has no places, and is read as it is.
        Sql.Run(StorePath, "ALTER TABLE chunks DROP COLUMN place; PRAGMA user_version=3");
        using (var older = SqliteChunkStore.Open(StorePath, create: false))
        {
            Assert.Equal(["", "", ""], (await older.ReadAsync([7, 9, 10])).Select(chunk => chunk!.Chunk.Place));
        }

        using (var writer = SqliteChunkStore.Open(StorePath, create: true))
        {
            await writer.ReplaceAsync([FileOf("d.pdf") with { Chunks = [new Chunk("Dogs bark.", 1, 1, "") { Place = "page 3-4" }] }]);
            Assert.Equal("page 3-4", Assert.Single((await writer.ReadFilesAsync(["d.pdf"]))[0].Chunks).Place);
            await writer.RemoveAsync(["d.pdf"]);
        }

        using var store = SqliteChunkStore.Open(StorePath, create: false);
        var found = await store.SearchVectorsAsync(new float[] { 0, 1 }, 5);
        Assert.Equal([(9L, true), (7, false), (10, false)], found.Select(chunk => (chunk.Id, chunk.IsPicture)));
        Assert.Equal(
            [10L],
            (await store.SearchVectorsAsync(new float[] { 0, 1 }, 5, ChunkFilter.Equal("lang", "en"))).Select(chunk => chunk.Id)
        );
        Assert.Equal([7L, 10], (await store.SearchWordsAsync("cat", 5)).Select(chunk => chunk.Id).Order());
        Assert.Equal("m", await store.GetPropertyAsync("model"));
    }

    [Fact]
    public async Task AnIndexOfALaterVersionIsLeftAlone()
    {
        await FillAsync();
        Sql.Run(StorePath, "PRAGMA user_version=99");
        foreach (var create in (bool[])[false, true])
        {
            var error = Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create));
            Assert.Contains("newer", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("elete", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OnlyRealDamageMayBeThrownAway()
    {
        await FillAsync();
        var bytes = File.ReadAllBytes(StorePath);
        bytes.AsSpan(100, 3900).Fill(0xA5);
        File.WriteAllBytes(StorePath, bytes);
        var error = Assert.Throws<SimileException>(() => SqliteChunkStore.Open(StorePath, create: false));
        Assert.Equal(ErrorCode.BadStore, error.Code);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("index again", error.Message, StringComparison.Ordinal);
    }

    // The codes of https://sqlite.org/rescode.html; each has words of its own.
    [Theory]
    [InlineData(5, ErrorCode.StoreBusy, "another process")]
    [InlineData(6, ErrorCode.StoreBusy, "another process")]
    [InlineData(3, ErrorCode.StoreUnavailable, "this user")]
    [InlineData(7, ErrorCode.StoreUnavailable, "memory")]
    [InlineData(8, ErrorCode.StoreUnavailable, "rights")]
    [InlineData(10, ErrorCode.StoreUnavailable, "disk")]
    [InlineData(13, ErrorCode.StoreUnavailable, "full")]
    [InlineData(14, ErrorCode.StoreUnavailable, "folder")]
    [InlineData(19, ErrorCode.StoreUnavailable, "fault of Simile")]
    [InlineData(20, ErrorCode.StoreUnavailable, "fault of Simile")]
    [InlineData(11, ErrorCode.BadStore, "damaged")]
    [InlineData(26, ErrorCode.BadStore, "damaged")]
    public void EachCodeHasItsOwnWords(int code, string expected, string words)
    {
        foreach (var errors in (SqliteErrors[])[SqliteErrors.OfStore("f.db"), SqliteErrors.OfBulk("f.db"), SqliteErrors.OfCache("f.db")])
        {
            var error = Assert.Throws<SimileException>(() => errors.Run(() => throw new SqliteException("message of SQLite", code)));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
            Assert.Contains("f.db", error.Message, StringComparison.Ordinal);
            Assert.True(expected == ErrorCode.BadStore || !error.Message.Contains("elete", StringComparison.Ordinal), error.Message);
            Assert.Contains(error.Code, (string[])[expected, ErrorCode.CacheUnavailable]);
        }
    }

    [Fact]
    public async Task ANameThatIsGivenTwiceIsToldAsSuch()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        await store.EnsureSpaceAsync(Space);
        var error = await Assert.ThrowsAsync<SimileException>(() => store.ReplaceAsync([FileOf("a.md"), FileOf("a.md")]).AsTask());
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Contains("'a.md' was given 2 times", error.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListFilesAsync());
    }

    [Fact]
    public async Task APrivateStoreIsItsOwnersAlone()
    {
        File.WriteAllBytes(StorePath, []);
        File.SetUnixFileMode(StorePath, (UnixFileMode)0b110_110_100);
        using (var store = SqliteChunkStore.Open(StorePath, create: true, new SqliteChunkStoreOptions { IsPrivate = true }))
        {
            await store.EnsureSpaceAsync(Space);
            await store.ReplaceAsync([FileOf("a.md")]);
            Assert.All(
                Directory.GetFiles(_folder.Path),
                path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path))
            );
            await store.RemoveAsync(["a.md"]);
        }

        // Nothing of what was taken out is left in the file, neither text nor words.
        var bytes = File.ReadAllBytes(StorePath);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("Cats purr"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("purr"u8));
    }

    [Fact]
    public async Task ACacheAndABulkFileAreTheirOwnersAlone()
    {
        using (var cache = SqliteCache.Open(_folder.File("cache.db")))
        {
            await cache.SetAsync([]);
            using var bulk = SqliteBulkOutput.Open(_folder.File("v.db"), "one", restart: false);
            Assert.All(
                Directory.GetFiles(_folder.Path),
                path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path))
            );
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AForeignPartIsNotEmptied(bool restart)
    {
        Sql.Run(_folder.File("v.db.part"), "CREATE TABLE other (x)");
        File.WriteAllText(_folder.File("w.db.part"), "notes");
        foreach (var name in (string[])["v.db", "w.db"])
        {
            var before = File.ReadAllBytes(_folder.File(name + ".part"));
            Assert.Equal(
                ErrorCode.BadStore,
                Assert.Throws<SimileException>(() => SqliteBulkOutput.Open(_folder.File(name), "one", restart)).Code
            );
            Assert.Equal(before, File.ReadAllBytes(_folder.File(name + ".part")));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IndexedFile FileOf(string path) =>
        new(path, "v1", [new Chunk("Cats purr.", 1, 1, string.Empty)], [new float[] { 1, 0 }]);

    private async Task FillAsync()
    {
        using var store = SqliteChunkStore.Open(StorePath, create: true);
        await store.EnsureSpaceAsync(Space);
        await store.ReplaceAsync([FileOf("a.md")]);
    }
}
